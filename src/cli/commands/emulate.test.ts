/** `touchstone emulate`: a program that connects to the socket finds the key that the options describe. */
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

const defaults: EmulateOptions = { persona: ['yubikey-5-nfc'], defect: [], touch: 'auto', transport: 'udp', port: 0 };

let onPrinted: (text: string) => void;
let errors: string[];
beforeEach(() => {
  errors = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => onPrinted(text));
  vi.spyOn(console, 'error').mockImplementation((text: string) => void errors.push(text));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Emulates a key with `options`, sends it `message` over its socket and returns its response. */
async function sendToKey(options: Partial<EmulateOptions>, message: number[]) {
  const ended = new AbortController();
  const printed = new Promise<string>((resolve) => {
    onPrinted = resolve;
  });
  const emulation = emulate({ ...defaults, ...options }, ended);
  const [label, address] = (await printed).split(' at ') as [string, string];
  const device = await openDevice(address);
  const response = await device.transact(new Uint8Array(message));
  await device[Symbol.asyncDispose]();
  ended.abort();
  await emulation;
  return { label, address, response };
}

describe('emulated key', () => {
  it.each(['udp', 'tcp'] as const)('responds over %s', async (transport) => {
    const { label, address, response } = await sendToKey({ transport, pin: '1234' }, [0x04]);
    expect(label).toBe('YubiKey 5 NFC (firmware 5.4)');
    expect(address).toMatch(new RegExp(`^${transport}:127\\.0\\.0\\.1:\\d+$`));
    const info = commands.authenticatorGetInfo.response.parse(decode(response.subarray(1)));
    expect(info.aaguid).toEqual(parseAaguid('2fc0579f-8113-47ea-b116-bb5a8db9202a'));
    expect(info.options?.clientPin).toBe(true);
  });

  it('has the defects of the options', async () => {
    const { response } = await sendToKey({ defect: ['status.undefined'] }, [0x04]);
    expect([...response]).toEqual([0xc8]);
  });

  it('is touched by the touch policy of the options', async () => {
    const { response } = await sendToKey({ persona: ['touchstone-key'], touch: { afterMs: 20 } }, [0x0b]);
    expect([...response]).toEqual([0x00]);
  });
});

describe('state file', () => {
  it('leads to exit code 3 while another process uses it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'touchstone-emulate-'));
    const state = join(directory, 'key.state');
    writeFileSync(`${state}.lock`, `${process.ppid} \n`);
    expect(await main(['emulate', '--port', '0', '--state', state])).toBe(3);
    expect(errors.join('\n')).toContain(`Cannot use ${state}: process ${process.ppid} is using it`);
    rmSync(directory, { recursive: true });
  });

  it('is unlocked when the emulation has ended', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'touchstone-emulate-'));
    await sendToKey({ state: join(directory, 'key.state') }, [0x04]);
    expect(readdirSync(directory)).toEqual(['key.state']);
    rmSync(directory, { recursive: true });
  });
});

describe('touchstone emulate with invalid options', () => {
  it.each([
    [['--persona', 'nokia-3310'], 'nokia-3310'],
    [['--defect', 'nonsense'], 'nonsense'],
    [['--touch', 'after:soon'], 'Expected auto, ask, never or after:300ms'],
    [['--touch', 'maybe'], 'Expected auto, ask, never or after:300ms'],
    [['--port', '99999'], 'Expected a port number from 0 to 65535'],
    [['--transport', 'pigeon'], 'udp, tcp'],
    [['--pin', '1'], 'Cannot set a PIN'],
    [['--http', 'here'], 'Expected a port number from 0 to 65535'],
    [['--persona', 'solo', '--persona', 'token2'], 'The transport udp serves one key, got 2'],
  ])('exits 2 with a message for %j', async (args, complaint) => {
    expect(await main(['emulate', '--port', '0', ...args])).toBe(2);
    expect(errors.join('\n')).toContain(complaint);
  });
});
