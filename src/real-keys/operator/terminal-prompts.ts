/** Shows prompts on the terminal of the run. Cases run in other processes; the reporter reads their output and shows these lines. */
import { promptLine } from '#result/prompt-line.ts';
import type { PromptDisplay } from '#scenario/parties/operator-prompt.ts';

export const terminalPrompts = (print: (line: string) => unknown): PromptDisplay => ({
  show({ key, what, which, timeoutMs }) {
    print(promptLine({ key, prompt: { what, which, ...(timeoutMs !== undefined && { timeoutMs }) } }));
    return () => print(promptLine({ key }));
  },
});
