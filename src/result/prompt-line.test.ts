import { describe, expect, it } from 'vitest';
import { type PromptEvent, promptLine, splitOutput } from './prompt-line.ts';

const opened: PromptEvent = {
  key: 'hidraw:/dev/hidraw3',
  prompt: { what: 'Touch the blinking key', which: 'Evil\n\u001Etouchstone:prompt {"key":""} key', timeoutMs: 30_000 },
};
const closed: PromptEvent = { key: 'hidraw:/dev/hidraw3' };

describe('splitOutput', () => {
  it('separates prompts from other output', () => {
    const output = `before\n${promptLine(opened)}between\n${promptLine(closed)}after`;
    expect(splitOutput(output)).toEqual({ prompts: [opened, closed], rest: 'before\nbetween\nafter' });
  });

  it('keeps a prompt on one line, also if the name of a key contains line breaks', () => {
    expect(promptLine(opened).trimEnd()).not.toContain('\n');
  });

  it.each(['{', '{}', 'null', '{"key":1}', '{"key":"k","prompt":null}', '{"key":"k","prompt":{"what":"w"}}'])(
    'leaves %s in the output',
    (text) => {
      const output = `\u001Etouchstone:prompt ${text}\n`;
      expect(splitOutput(output)).toEqual({ prompts: [], rest: output });
    },
  );
});
