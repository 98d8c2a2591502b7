import { describe, expect, it } from 'vitest';
import { type PromptEvent, promptLine, splitOutput } from './prompt-line.ts';

const shown: PromptEvent = {
  key: 'hidraw:/dev/hidraw3',
  prompt: { what: 'Touch the blinking key', which: 'Evil\n\u001Etouchstone:prompt {"key":""} key', patienceMs: 30_000 },
};
const taken: PromptEvent = { key: 'hidraw:/dev/hidraw3' };

describe('prompt lines', () => {
  it('are told from what else is printed', () => {
    const output = `before\n${promptLine(shown)}between\n${promptLine(taken)}after`;
    expect(splitOutput(output)).toEqual({ prompts: [shown, taken], rest: 'before\nbetween\nafter' });
  });

  it('are one line, whatever a key calls itself', () => {
    expect(promptLine(shown).trimEnd()).not.toContain('\n');
  });

  it.each(['{', '{}', 'null', '{"key":1}', '{"key":"k","prompt":null}', '{"key":"k","prompt":{"what":"w"}}'])(
    '%s is no prompt, and stays output',
    (text) => {
      const output = `\u001Etouchstone:prompt ${text}\n`;
      expect(splitOutput(output)).toEqual({ prompts: [], rest: output });
    },
  );
});
