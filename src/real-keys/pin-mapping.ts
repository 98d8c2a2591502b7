/**
 * Maps the example PIN of a scenario to the PIN of the real key. The two are exchanged, so a PIN that is right in the scenario
 * is right on the key, and a PIN that is wrong in the scenario is wrong on the key.
 */
export const createPinMapping =
  (scenarioPin: string | undefined, keyPin: string | undefined) =>
  (text: string): string => {
    if (scenarioPin === undefined || keyPin === undefined) return text;
    if (text === scenarioPin) return keyPin;
    return text === keyPin ? scenarioPin : text;
  };
