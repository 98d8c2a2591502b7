/**
 * A scenario names the key's PIN by an example; a real key has its own. Wherever the scenario says the one, the other is
 * typed, and the other way round: so what is right in the scenario is right at the key, and what is wrong stays wrong.
 */
export const renamedPin =
  (inScenario: string | undefined, atKey: string | undefined) =>
  (text: string): string => {
    if (inScenario === undefined || atKey === undefined) return text;
    if (text === inScenario) return atKey;
    return text === atKey ? inScenario : text;
  };
