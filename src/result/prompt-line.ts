/**
 * Prompts for the operator of a real key, sent from the process that runs a case to the terminal of the run. Each prompt is one
 * line of the process's output, so it arrives at once and is assigned to its case. A record separator (RFC 7464) marks the line.
 */

/** Shows `prompt` until an event for the same key arrives without a prompt. */
export interface PromptEvent {
  /** Address of the key. */
  key: string;
  prompt?: OperatorPrompt;
}

export interface OperatorPrompt {
  /** The requested action, e.g. `Touch the blinking key`. */
  what: string;
  /** The key, e.g. `YubiKey 5 NFC (serial 5234567)`. */
  which: string;
  /** Time limit for the action in milliseconds; absent if there is none. */
  timeoutMs?: number;
}

const linePrefix = '\u001Etouchstone:prompt ';

export const promptLine = (event: PromptEvent): string => `${linePrefix}${JSON.stringify(event)}\n`;

/** Splits output into prompts and the remaining text. A line with the prefix but without a valid prompt stays in the text. */
export function splitOutput(output: string): { prompts: PromptEvent[]; rest: string } {
  if (!output.includes(linePrefix)) return { prompts: [], rest: output };
  const prompts: PromptEvent[] = [];
  const rest = output.split(/(?<=\n)/).filter((line) => {
    const event = line.startsWith(linePrefix) ? parse(line.slice(linePrefix.length)) : undefined;
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

function isPrompt(prompt: Partial<OperatorPrompt> | undefined): boolean {
  if (prompt === undefined) return true;
  const { what, which, timeoutMs } = prompt ?? {};
  return typeof what === 'string' && typeof which === 'string' && (timeoutMs ?? 0) >= 0;
}
