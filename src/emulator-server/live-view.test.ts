import { stripVTControlCharacters } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { type EmulationOptions, serveEmulated } from '#cli/compose/emulation.ts';
import { openDevice } from '#transport/registry.ts';
import { LiveView } from './live-view.ts';

/** A view on a terminal that keeps what is written. */
async function watched(options: Partial<EmulationOptions>) {
  let written = '';
  const view = new LiveView({
    write: (text) => {
      written += text;
    },
    columns: () => 120,
    now: () => new Date(2026, 0, 1, 12, 30, 0),
  });
  const asked: EmulationOptions = { persona: ['touchstone-key'], defect: [], touch: 'ask', transport: 'tcp', port: 0 };
  const emulation = await serveEmulated({ ...asked, ...options }, (id) => view.eventsOf(id));
  onTestFinished(() => emulation[Symbol.asyncDispose]());
  view.start(emulation.keys);
  /** What stands on the last line, and the lines above. */
  const screen = () => {
    const rows = stripVTControlCharacters(written)
      .split('\n')
      .map((row) => row.split('\r').at(-1)!);
    return { status: rows.at(-1)!.trim(), lines: rows.slice(0, -1) };
  };
  return { view, keys: emulation.keys, screen };
}

const selection = new Uint8Array([0x0b]);

it('shows what the key waits for, takes the answer, and writes what came of it', async () => {
  const { view, keys, screen } = await watched({});
  expect(screen().status).toBe('ready  u unplug  q quit');
  await using device = await openDevice(keys[0]!.name);
  const answer = device.transact(selection);
  await expect.poll(() => screen().status).toBe('touch?  t touch  d deny  u unplug  q quit');
  view.press('d');
  expect([...(await answer)]).toEqual([0x27]);
  expect(screen().lines.at(-1)).toMatch(/^12:30:00 +[\d.]+ ms {2}OPERATION_DENIED {6}selection$/);
  expect(screen().status).toBe('ready  u unplug  q quit');
});

it('a key press that has no meaning now does nothing', async () => {
  const { view, keys, screen } = await watched({});
  for (const pressed of ['t', 'd', 'f', 'r', '1', 'x', '\u001b[A']) expect(view.press(pressed)).toBe(false);
  expect(screen().lines).toEqual([]);
  await using device = await openDevice(keys[0]!.name);
  const answer = device.transact(selection);
  await expect.poll(() => keys[0]!.hands.question).toBeDefined();
  view.press('t');
  expect([...(await answer)]).toEqual([0x00]);
});

it('pulls the key and puts it back', async () => {
  const { view, keys, screen } = await watched({});
  view.press('u');
  expect(keys[0]!.plugged).toBe(false);
  expect(screen()).toMatchObject({ status: 'unplugged  r replug  q quit', lines: ['12:30:00  unplugged'] });
  view.press('r');
  keys[0]!.powerCycle();
  expect(screen().lines).toEqual(['12:30:00  unplugged', '12:30:00  plugged in', '12:30:00  power cycled']);
});

it('several keys have numbers, and the one that asks comes to the front', async () => {
  const { view, keys, screen } = await watched({ persona: ['solo', 'yubikey-bio'], transport: 'usbip' });
  expect(screen().status).toBe('1 Solo: ready  u unplug  1-2 choose  q quit');
  const gone = new AbortController();
  const answer = keys[1]!.hands.respond({ kind: 'verification', rpId: 'contoso.test' }, gone.signal);
  expect(screen().status).toBe(
    '2 YubiKey Bio - FIDO Edition: finger? contoso.test  t touch  d deny  f wrong finger  u unplug  1-2 choose  q quit',
  );
  view.press('f');
  expect(await answer).toBe('no-match');
  view.press('1');
  view.press('u');
  expect(screen()).toMatchObject({
    status: '1 Solo: unplugged  r replug  1-2 choose  q quit',
    lines: ['12:30:00  1  unplugged'],
  });
});

it.each(['q', '\u0003'])('%j ends it', async (pressed) => {
  const { view } = await watched({});
  expect(view.press(pressed)).toBe(true);
});
