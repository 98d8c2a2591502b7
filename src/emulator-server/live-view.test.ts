import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { EmulationOptions } from '#cli/compose/emulation.ts';
import { LiveView } from './live-view.ts';
import { openServedKey, serveTestKeys } from './testing/emulation.ts';

/** Serves keys with a live view on a fake terminal. `screen` returns its status line and the lines above it. */
async function startLiveView(options: Partial<EmulationOptions> = {}) {
  let written = '';
  const view = new LiveView({
    write: (text) => {
      written += text;
    },
    columns: () => 120,
    now: () => new Date(2026, 0, 1, 12, 30, 0),
  });
  const { key, keys } = await serveTestKeys({ touch: 'ask', ...options }, (id) => view.createEvents(id));
  view.start(keys);
  const screen = () => {
    const rows = stripVTControlCharacters(written)
      .split('\n')
      .map((row) => row.slice(row.lastIndexOf('\r') + 1));
    return { status: rows.at(-1)?.trim(), lines: rows.slice(0, -1) };
  };
  return { view, key, keys, screen };
}

const selection = new Uint8Array([0x0b]);

describe('the live view', () => {
  it('shows a gesture request, performs the gesture of a key press, and shows the exchange', async () => {
    const { view, key, screen } = await startLiveView();
    expect(screen().status).toBe('ready  u unplug  q quit');
    const device = await openServedKey(key.name);
    const answer = device.transact(selection);
    await expect.poll(() => screen().status).toBe('touch?  t touch  d deny  u unplug  q quit');
    view.press('d');
    expect([...(await answer)]).toEqual([0x27]);
    expect(screen().lines.at(-1)).toMatch(/^12:30:00 +[\d.]+ ms {2}OPERATION_DENIED {6}selection$/);
    expect(screen().status).toBe('ready  u unplug  q quit');
  });

  it('ignores a key press that has no effect now', async () => {
    const { view, key, screen } = await startLiveView();
    for (const pressed of ['t', 'd', 'f', 'r', '1', 'x', '\u001b[A']) expect(view.press(pressed)).toBe(false);
    expect(screen().lines).toEqual([]);
    const device = await openServedKey(key.name);
    const answer = device.transact(selection);
    await expect.poll(() => key.gestures.pendingRequest).toBeDefined();
    view.press('t');
    expect([...(await answer)]).toEqual([0x00]);
  });

  it('unplugs the key and plugs it in again', async () => {
    const { view, key, screen } = await startLiveView();
    view.press('u');
    expect(key.plugged).toBe(false);
    expect(screen()).toMatchObject({ status: 'unplugged  r replug  q quit', lines: ['12:30:00  unplugged'] });
    view.press('r');
    key.powerCycle();
    expect(screen().lines).toEqual(['12:30:00  unplugged', '12:30:00  plugged in', '12:30:00  power cycled']);
  });

  it('numbers several keys and selects the one that requests a gesture', async () => {
    const { view, keys, screen } = await startLiveView({ persona: ['solo', 'yubikey-bio'], transport: 'usbip' });
    expect(screen().status).toBe('1 Solo: ready  u unplug  1-2 select  q quit');
    const request = { kind: 'verification', rpId: 'contoso.test' } as const;
    const answer = keys[1]?.gestures.respond(request, new AbortController().signal);
    expect(screen().status).toBe(
      '2 YubiKey Bio - FIDO Edition: finger? contoso.test  t touch  d deny  f wrong finger  u unplug  1-2 select  q quit',
    );
    view.press('f');
    expect(await answer).toBe('no-match');
    view.press('1');
    view.press('u');
    expect(screen()).toMatchObject({
      status: '1 Solo: unplugged  r replug  1-2 select  q quit',
      lines: ['12:30:00  1  unplugged'],
    });
  });

  it.each(['q', '\u0003'])('quits for %j', async (pressed) => {
    const { view } = await startLiveView();
    expect(view.press(pressed)).toBe(true);
  });
});
