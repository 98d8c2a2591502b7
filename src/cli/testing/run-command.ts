/** Runs a command of the command line in this process. */
import { stripVTControlCharacters } from 'node:util';
import { vi } from 'vitest';
import { main } from '../main.ts';

/**
 * Returns the exit code and what the command printed, without colours. The caller restores the mocks of `console` and
 * `process.stderr` after the test.
 */
export async function runCommand(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const printed = { log: '', error: '' };
  vi.spyOn(process.stderr, 'write').mockImplementation((text: unknown) => {
    printed.error += String(text);
    return true;
  });
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation((text: unknown) => {
      printed[stream] += `${text}\n`;
    });
  const code = await main(args);
  return { code, out: stripVTControlCharacters(printed.log), err: stripVTControlCharacters(printed.error) };
}
