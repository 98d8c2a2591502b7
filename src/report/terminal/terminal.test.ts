import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

function printed(interactive: boolean, ...lines: string[]): string {
  const chunks: string[] = [];
  const output = { write: (chunk: string) => chunks.push(chunk) };
  new Terminal(output, { interactive, colour: false }).print(...lines);
  return chunks.join('');
}

describe('a log', () => {
  it.each([
    ['GitHub', '     ::stop-commands::x'],
    ['GitHub, on a later line of a message', 'The page says\n::error::x'],
    ['GitHub, the older form', 'The page says "##[error]x"'],
    ['Azure Pipelines', 'The page says "##vso[task.complete result=Succeeded;]"'],
    ['TeamCity', "##teamcity[buildStatus status='SUCCESS']"],
  ])('has no command of %s, whatever the site under test writes', (_, line) => {
    expect(printed(false, line)).not.toMatch(/^\s*::|##\w*\[/m);
    expect(printed(false, line).replaceAll('\u200B', '')).toBe(`${line}\n`);
    expect(printed(true, line)).toBe(`${line}\n`);
  });

  it('has other text unchanged', () => {
    const line = '  1) a::b  ## Heading [link] :: x';
    expect(printed(false, line)).toBe(`${line}\n`);
  });
});
