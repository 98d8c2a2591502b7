/** Prompts on the terminal of the run: cases run in processes of their own, and the reporter shows what they print in these lines. */
import { promptLine } from '#result/prompt-line.ts';
import type { PromptDisplay } from '#scenario/parties/operator-prompt.ts';

export const terminalPrompts = (print: (line: string) => unknown): PromptDisplay => ({
  show({ key, what, which, patienceMs }) {
    print(promptLine({ key, prompt: { what, which, ...(patienceMs !== undefined && { patienceMs }) } }));
    return () => print(promptLine({ key }));
  },
});
