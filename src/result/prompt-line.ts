/**
 * What somebody at a real key is asked, on its way from the process that runs the case to the terminal of the run: one line of
 * its output, so that it comes at once and with its case. A record separator (RFC 7464) sets it apart from what people print.
 */

/** `prompt` stands until a line for the same key comes without one. */
export interface PromptEvent {
  /** Address of the key. */
  key: string;
  prompt?: ShownPrompt;
}

export interface ShownPrompt {
  /** What is to be done, e.g. `Touch the blinking key`. */
  what: string;
  /** To which key, e.g. `YubiKey 5 NFC (serial 5234567)`. */
  which: string;
  /** How long it is waited for; absent where time says nothing. */
  patienceMs?: number;
}

const mark = '\u001Etouchstone:prompt ';

export const promptLine = (event: PromptEvent): string => `${mark}${JSON.stringify(event)}\n`;

/** The prompts in a piece of output, and what else was printed. A line that only looks like one is left where it was. */
export function splitOutput(output: string): { prompts: PromptEvent[]; rest: string } {
  if (!output.includes(mark)) return { prompts: [], rest: output };
  const prompts: PromptEvent[] = [];
  const rest = output.split(/(?<=\n)/).filter((line) => {
    const event = line.startsWith(mark) ? parse(line.slice(mark.length)) : undefined;
    if (event) prompts.push(event);
    return event === undefined;
  });
  return { prompts, rest: rest.join('') };
}

function parse(text: string): PromptEvent | undefined {
  try {
    const event = JSON.parse(text) as Partial<PromptEvent> | null;
    return typeof event?.key === 'string' && isPrompt(event.prompt) ? (event as PromptEvent) : undefined;
  } catch {
    return undefined;
  }
}

function isPrompt(prompt: Partial<ShownPrompt> | undefined): boolean {
  if (prompt === undefined) return true;
  const { what, which, patienceMs } = prompt ?? {};
  return typeof what === 'string' && typeof which === 'string' && (patienceMs ?? 0) >= 0;
}
