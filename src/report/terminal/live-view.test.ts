import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import type { PromptEvent } from '#result/prompt-line.ts';
import { createColours } from '../colour.ts';
import { sampleRun } from '../testing/sample-runs.ts';
import { LiveView } from './live-view.ts';
import { renderSummary } from './summary.ts';
import { Terminal } from './terminal.ts';

/** Returns the lines on a screen after carriage returns, erased lines and cursor movements. */
function screen(text: string): string[] {
  const lines = [''];
  let at = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches the sequences that the terminal writes
  for (const part of text.replace(/\u001B\[\?25[lh]/g, '').split(/(\n|\r\u001B\[2K|\u001B\[1A)/)) {
    if (part === '\n') {
      at += 1;
      lines[at] ??= '';
    } else if (part === '\u001B[1A') at -= 1;
    else if (part === '\r\u001B[2K') lines[at] = '';
    else lines[at] += part;
  }
  return lines;
}

function view({ interactive, columns = 80, bell = false }: { interactive: boolean; columns?: number; bell?: boolean }) {
  const writes: string[] = [];
  const output = { write: (text: string) => writes.push(text), columns };
  const terminal = new Terminal(output, { interactive, colour: false });
  const clock = new ManualClock();
  const live = new LiveView(terminal, { clock, bell });
  return { live, clock, shown: () => screen(writes.join('')), written: () => writes.join('') };
}

/** Cases that have not run before. */
const newCases = (count: number) => new Map(Array.from({ length: count }, (_, index) => [`case ${index}`, undefined]));

const touch: PromptEvent = {
  key: 'usb:1-2',
  prompt: { what: 'Touch the blinking key', which: 'YubiKey 5 NFC (serial 5234567)', timeoutMs: 30_000 },
};

describe('live view on a terminal', () => {
  it('keeps the status line below finished cases', () => {
    const { live, shown } = view({ interactive: true });
    live.begin(newCases(3), 2, 'run-1');
    live.startCase('a', 'first case');
    live.startCase('b', 'second case');
    live.finishCase('a', {
      title: 'first case',
      verdict: 'failed',
      durationMs: 1240,
      message: 'expected packed\nfound none',
    });
    live.tick();
    live.printOutput('from the browser');
    const lines = shown();
    expect(lines.slice(3, 6)).toEqual([
      expect.stringMatching(/^ {2}✗ first case +1\.24 s$/),
      '      expected packed',
      '      │ from the browser',
    ]);
    expect(lines.at(-1)).toMatch(/^ {2}. ━{8}─{16} 1\/3 {2}1 failed {2}second case$/);
    expect(lines.filter((line) => line.includes('━'))).toHaveLength(1);
  });

  it('shows the time that is left, from the times of the cases before', () => {
    const { live, clock, shown } = view({ interactive: true });
    live.begin(new Map(Object.entries({ a: 30_000, b: 60_000, c: 150_000 })), 1, 'run-1');
    live.startCase('a', 'first case');
    expect(shown().at(-1)).toMatch(/ 0\/3 {2}4 min left {2}first case$/);
    clock.advance(30_000);
    live.finishCase('a', { title: 'first case', verdict: 'passed', durationMs: 30_000 });
    live.startCase('c', 'third case');
    clock.advance(149_000);
    live.finishCase('b', { title: 'second case', verdict: 'passed', durationMs: 60_000 });
    expect(shown().at(-1)).toMatch(/ 2\/3 {2}1 s left {2}third case$/);
  });

  it('removes the status line at the end and shows the cursor again', () => {
    const { live, shown, written } = view({ interactive: true });
    live.begin(newCases(1), 1, 'run-1');
    live.startCase('a', 'first');
    live.end();
    expect(shown().at(-1)).toBe('');
    expect(written().lastIndexOf('\u001B[?25h')).toBeGreaterThan(written().lastIndexOf('\u001B[?25l'));
  });

  it.each([40, 60, 80, 200])('never wraps a line at %i columns', (columns) => {
    const { live, shown } = view({ interactive: true, columns });
    live.begin(newCases(1000), 2, 'r');
    live.startCase('a', 'long '.repeat(60));
    live.retryCase('a', { title: 'long '.repeat(60), attempt: 1, message: 'message '.repeat(60) });
    live.startCase('a', 'long '.repeat(60));
    live.finishCase('b', {
      title: 'long '.repeat(60),
      verdict: 'errored',
      durationMs: 75_000,
      message: 'message '.repeat(60),
    });
    for (const line of shown()) expect([...line].length, line).toBeLessThanOrEqual(columns);
  });
});

describe('prompt for the user at a key', () => {
  const filled = (lines: string[]) => lines.filter((line) => line.trim() !== '');

  it('is shown above the status line with the time left until it is closed', () => {
    const { live, clock, shown } = view({ interactive: true });
    live.begin(newCases(1), 1, 'run-1');
    live.startCase('a', 'first case');
    live.showPrompt('a', touch);
    expect(filled(shown()).at(-2)).toMatch(
      /^ {2}▶ Touch the blinking key {2}YubiKey 5 NFC \(serial 5234567\) +━━━━━━━━━━━━ {2}30 s$/,
    );
    clock.advance(21_500);
    live.tick();
    expect(filled(shown()).at(-2)).toMatch(/ {2}━━━───────── {3}9 s$/);
    live.printOutput('from the browser');
    expect(filled(shown()).slice(-3)).toEqual([
      '      │ from the browser',
      expect.stringMatching(/^ {2}▶ Touch/),
      expect.stringMatching(/first case$/),
    ]);
    live.showPrompt('a', { key: 'usb:1-2' });
    expect(shown().join('\n')).not.toContain('▶');
    expect(filled(shown()).at(-1)).toMatch(/first case$/);
  });

  it('is one line for each key and is removed when its case ends', () => {
    const { live, shown } = view({ interactive: true });
    live.begin(newCases(2), 2, 'run-1');
    for (const id of ['a', 'b']) {
      live.startCase(id, id);
      live.showPrompt(id, touch);
      live.showPrompt(id, { key: `of ${id}`, prompt: { what: 'Do not touch the key', which: 'Solo 2' } });
    }
    expect(shown().filter((line) => line.includes('▶'))).toHaveLength(4);
    live.finishCase('a', { title: 'a', verdict: 'skipped', durationMs: 1, message: 'no touch within 30 s' });
    expect(shown().filter((line) => line.includes('▶'))).toEqual([
      expect.stringContaining('Touch the blinking key'),
      '  ▶ Do not touch the key  Solo 2',
    ]);
    live.end();
    expect(shown().join('\n')).not.toContain('▶');
  });

  it('is a plain line when the terminal is not interactive', () => {
    const { live, written } = view({ interactive: false, bell: true });
    live.showPrompt('a', touch);
    live.showPrompt('a', { key: 'usb:1-2' });
    expect(written()).toBe('  ▶ Touch the blinking key: YubiKey 5 NFC (serial 5234567), within 30 s\n');
  });

  it('rings the bell only with the option bell', () => {
    const [ringing, silent] = [view({ interactive: true, bell: true }), view({ interactive: true })];
    for (const { live } of [ringing, silent]) {
      live.showPrompt('a', touch);
      live.showPrompt('a', { key: 'usb:1-2' });
    }
    expect(ringing.written().split('\u0007')).toHaveLength(2);
    expect(silent.written()).not.toContain('\u0007');
  });

  it.each([40, 60, 80, 200])('never wraps at %i columns, however long the name of the key', (columns) => {
    const { live, shown } = view({ interactive: true, columns });
    live.begin(newCases(1), 1, 'r');
    live.showPrompt('a', {
      key: 'k',
      prompt: { what: 'Touch the blinking key', which: `\u001B[2J\n${'name '.repeat(60)}` },
    });
    for (const line of shown()) expect([...line].length, line).toBeLessThanOrEqual(columns);
    expect(shown().join('')).not.toContain('\u001B');
  });
});

it('writes plain lines with progress when the terminal is not interactive', () => {
  const { live, shown, written } = view({ interactive: false });
  live.begin(newCases(12), 1, 'run-1');
  live.startCase('a', 'first');
  live.finishCase('a', { title: 'first', verdict: 'passed', durationMs: 12, message: 'not shown for a passed case' });
  live.end();
  expect(shown()[3]).toMatch(/^ {2} \[1\/12\] ✓ first +12 ms$/);
  expect(written()).not.toContain('\u001B');
  expect(written()).not.toContain('not shown');
});

it('removes control sequences of a test', () => {
  const { live, written } = view({ interactive: false });
  live.finishCase('a', {
    title: 'a\u001B[2Jb',
    verdict: 'failed',
    durationMs: 1,
    message: '\u001B]0;title\u0007c',
    output: 'x\u001B[1;1Hy\u009b31m\r',
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches the characters that must not occur
  expect(written()).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
});

describe('summary', () => {
  const lines = renderSummary(sampleRun(), 'reports/x/index.html', createColours(false));

  it('shows failed and errored cases with their lines of YAML, but no flaky ones', () => {
    const text = lines.join('\n');
    expect(text).toContain('1) ✗ A wrong PIN costs one retry');
    expect(text).toContain('3) ⚠ A key without attestation');
    expect(text).toContain('> 23 |     passkey: { name: Desk key, fmt: packed, uv: true }');
    expect(text).not.toContain('4) ');
  });

  it('counts no passed cases when every case was skipped', () => {
    const text = renderSummary({ ...sampleRun(), verdict: 'skipped' }, undefined, createColours(false)).join('\n');
    expect(text).toContain('– skipped  every case was skipped, so nothing was tested');
    expect(text).not.toContain('cases passed in');
  });

  it('sums up the verdicts in the table', () => {
    const total = lines.find((line) => line.startsWith('  46 cases')) ?? '';
    expect([...total.matchAll(/\d+/g)].slice(1, 6).map(Number)).toEqual([39, 2, 1, 2, 2]);
    expect(lines.join('\n')).toContain('Report  reports/x/index.html');
  });
});
