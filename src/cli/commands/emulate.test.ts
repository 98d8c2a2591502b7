/** `touchstone emulate`: a program at the other end of the socket finds the key that was asked for. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseAaguid } from '#base/bytes.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import { openDevice } from '#transport/registry.ts';
import { main } from '../main.ts';
import { type EmulateOptions, emulate } from './emulate.ts';

const asked: EmulateOptions = { persona: ['yubikey-5-nfc'], defect: [], touch: 'auto', transport: 'udp', port: 0 };

let said: (text: string) => void;
let errors: string[];
beforeEach(() => {
  errors = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => said(text));
  vi.spyOn(console, 'error').mockImplementation((text: string) => void errors.push(text));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What `message` is answered by a key like that, over its socket. */
async function answerOf(options: Partial<EmulateOptions>, message: number[]) {
  const ended = new AbortController();
  const line = new Promise<string>((resolve) => {
    said = resolve;
  });
  const emulation = emulate({ ...asked, ...options }, ended);
  const [label, address] = (await line).split(' at ') as [string, string];
  const device = await openDevice(address);
  const answer = await device.transact(new Uint8Array(message));
  await device[Symbol.asyncDispose]();
  ended.abort();
  await emulation;
  return { label, address, answer };
}

describe('the key', () => {
  it.each(['udp', 'tcp'] as const)('is there over %s', async (transport) => {
    const { label, address, answer } = await answerOf({ transport, pin: '1234' }, [0x04]);
    expect(label).toBe('YubiKey 5 NFC (firmware 5.4)');
    expect(address).toMatch(new RegExp(`^${transport}:127\\.0\\.0\\.1:\\d+$`));
    const info = commands.authenticatorGetInfo.response.parse(decode(answer.subarray(1)));
    expect(info.aaguid).toEqual(parseAaguid('2fc0579f-8113-47ea-b116-bb5a8db9202a'));
    expect(info.options?.clientPin).toBe(true);
  });

  it('has the defects that were asked for', async () => {
    const { answer } = await answerOf({ defect: ['status.undefined'] }, [0x04]);
    expect([...answer]).toEqual([0xc8]);
  });

  it('is touched when it should be', async () => {
    const { answer } = await answerOf({ persona: ['touchstone-key'], touch: { afterMs: 20 } }, [0x0b]);
    expect([...answer]).toEqual([0x00]);
  });
});

describe('a state that another process is using', () => {
  it('is refused with exit code 3', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'touchstone-emulate-'));
    const state = join(directory, 'key.state');
    writeFileSync(`${state}.lock`, `${process.ppid} \n`);
    expect(await main(['emulate', '--port', '0', '--state', state])).toBe(3);
    expect(errors.join('\n')).toContain(`cannot use ${state}: process ${process.ppid} is using it`);
    rmSync(directory, { recursive: true });
  });

  it('is free again when the emulation has ended', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'touchstone-emulate-'));
    await answerOf({ state: join(directory, 'key.state') }, [0x04]);
    expect(readdirSync(directory)).toEqual(['key.state']);
    rmSync(directory, { recursive: true });
  });
});

describe('bad usage', () => {
  it.each([
    [['--persona', 'nokia-3310'], 'nokia-3310'],
    [['--defect', 'nonsense'], 'nonsense'],
    [['--touch', 'after:soon'], 'after:300ms is wanted'],
    [['--touch', 'maybe'], 'after:300ms is wanted'],
    [['--port', '99999'], 'a port from 0 to 65535'],
    [['--transport', 'pigeon'], 'udp, tcp'],
    [['--pin', '1'], 'cannot set a PIN'],
    [['--http', 'here'], 'a port from 0 to 65535'],
    [['--persona', 'solo', '--persona', 'token2'], 'udp carries one key, 2 were asked for'],
  ])('%j is refused', async (args, complaint) => {
    expect(await main(['emulate', '--port', '0', ...args])).toBe(2);
    expect(errors.join('\n')).toContain(complaint);
  });
});
