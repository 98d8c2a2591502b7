import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import { fixedAuthenticators } from '#client/context.ts';
import { create } from '#client/create.ts';
import { createAuthenticator, plugIn } from '#emulator';
import { keyOnSocket, type SocketKey } from '#real-keys/testing/key-on-socket.ts';
import type { RunResult } from '#result/run-result.ts';
import { main } from '../main.ts';
import { headlessShell } from '../testing/headless-shell.ts';

const scenario = 'src/cli/testing/registration.yaml';
const pin = '864209';
const folder = mkdtempSync(join(tmpdir(), 'touchstone-real-key-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pinFile = join(folder, 'pin.txt');
writeFileSync(pinFile, `${pin}\n`);
const withPin = ['--pin-from', `file:${pinFile}`];

const getInfo = /^04$/;
const getCredsMetadata = /^(0a|41)a[34]01010[23]/;
const clientPin = (subCommand: number) => new RegExp(`^06a[1-9](01..)?02${subCommand.toString().padStart(2, '0')}`);
/** Commands that do not change the key; of clientPIN: getPINRetries, getKeyAgreement and getPinToken. */
const harmless = [getInfo, getCredsMetadata, clientPin(1), clientPin(2), clientPin(5)];
const changingCommands = ({ arrived }: SocketKey) =>
  arrived.filter((message) => !harmless.some((known) => known.test(message)));

async function createCredential(key: SocketKey): Promise<void> {
  await create(
    {
      rp: { name: 'other' },
      user: { id: 'AQID', name: 'qa', displayName: 'QA' },
      challenge: 'AAAA',
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      authenticatorSelection: { residentKey: 'required' },
    },
    {
      origin: 'https://other.example',
      authenticators: fixedAuthenticators({
        id: 'k',
        kind: 'security-key',
        label: 'k',
        device: plugIn(key.authenticator),
      }),
      user: autoApproveUser({ pin }),
      clock: systemClock,
      random: systemRandom,
    },
  );
}

/** Runs `touchstone` in a process. Returns its exit code, its output and its reports. */
async function touchstone(...args: string[]) {
  const launcher = resolve(import.meta.dirname, '../touchstone.mjs');
  const output = mkdtempSync(join(folder, 'run-'));
  const env = { ...process.env, ...headlessShell, NO_COLOR: '1', FORCE_COLOR: '0' };
  const { code, out } = await new Promise<{ code: number; out: string }>((done) => {
    execFile(process.execPath, [launcher, ...args, '-o', output], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    );
  });
  const latest = join(output, 'latest');
  const result = JSON.parse(readFileSync(join(latest, 'result.json'), 'utf8')) as RunResult;
  const files = readdirSync(latest, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return { code, out, result, reports: files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')) };
}

const onKeys = (which: string, ...keys: SocketKey[]) => [
  'run',
  scenario,
  '--grep',
  `registration/(${which})\\[`,
  ...keys.flatMap(({ address }) => ['--device', address]),
];

describe('touchstone run on real keys', () => {
  it('compares two keys, deletes the credentials it created, and reports those that it cannot delete', async () => {
    await using one = await keyOnSocket({ pin });
    await using other = await keyOnSocket({ pin, persona: 'google-titan-v2' });
    const allowed = ['--with-credentials', other.address];
    const { code, out, result, reports } = await touchstone(
      ...onKeys('own-pin|blocked-pin', one, other),
      ...withPin,
      ...allowed,
    );
    expect(out).toContain(`Cannot determine whether Google Titan (${other.address}) stores passkeys`);
    expect(code).toBe(0);
    const verdicts = Object.fromEntries(result.cases.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toEqual({
      [`registration/own-pin[authenticator.device=${one.address}]`]: 'passed',
      [`registration/own-pin[authenticator.device=${other.address}]`]: 'passed',
      [`registration/blocked-pin[authenticator.device=${one.address}]`]: 'skipped',
      [`registration/blocked-pin[authenticator.device=${other.address}]`]: 'skipped',
    });
    const skipped = result.cases.find(({ verdict }) => verdict === 'skipped');
    expect(skipped?.notes).toEqual(['A real key cannot be put into the state that the case requires (pin: blocked)']);
    const [own, stays] = result.cases
      .filter(({ verdict }) => verdict === 'passed')
      .toSorted((a) => (a.parties.key?.includes('YubiKey') ? -1 : 1));
    const keyEvents = (events: NonNullable<typeof own>['events']) =>
      events.filter(({ party }) => party === 'authenticator').map(({ event }) => event);
    expect([keyEvents(own?.events ?? []), keyEvents(stays?.events ?? [])]).toEqual([
      ['credential.removed'],
      ['credential.stays'],
    ]);
    expect(one.authenticator.inspect().credentials).toEqual([]);
    expect(other.authenticator.inspect().credentials).toHaveLength(1);
    expect(out).toMatch(/Left on Google Titan.*: passkey \S+ for localhost, created by registration\/own-pin/);
    const unobservable = stays?.expectations.filter(({ skipped: why }) => why !== undefined).map(({ path }) => path);
    expect(unobservable).toEqual(['authenticator.credentials', 'authenticator.abandoned-credentials']);
    expect(reports.filter((text) => new RegExp(`(?<![0-9a-z])${pin}(?![0-9a-z])`, 'i').test(text))).toEqual([]);
  }, 90_000);

  it('refuses a destructive command on the wire, and reports it and a key that was unplugged during a command', async () => {
    await using replaced = await keyOnSocket({
      pin,
      onMessage: (message) => {
        if (getCredsMetadata.test(message)) replaced.exchangeFor(createAuthenticator({ persona: 'yubikey-5-nfc' }));
      },
    });
    await using pulled = await keyOnSocket({
      pin,
      over: 'tcp',
      onMessage: (message) => message.startsWith('01') && pulled.unplug(),
    });
    const { code, out, result } = await touchstone(...onKeys('own-pin', replaced, pulled), ...withPin);
    expect(code, 'a refusal decides, because the command line lacks a permission').toBe(2);
    expect(result.cases.map(({ verdict }) => verdict)).toEqual(['errored', 'errored']);
    expect(out).toContain(`Refused to send a message to ${replaced.address}: it would set or change the PIN`);
    expect(changingCommands(replaced)).toEqual([]);
    expect(out).toContain('was unplugged during authenticatorMakeCredential');
    expect(out).toMatch(/Possibly left on .* passkey for localhost, created by registration\/own-pin/);
  }, 90_000);
});

describe('touchstone run refuses before the first case', () => {
  const errors: string[] = [];
  beforeEach(() => {
    errors.length = 0;
    vi.spyOn(console, 'error').mockImplementation((text: unknown) => void errors.push(String(text)));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const run = (key: SocketKey, which: string, ...more: string[]) =>
    main(['run', scenario, '--grep', `registration/${which}\\[`, '--device', key.address, '-o', folder, ...more]);

  it.each([
    ['setting a PIN', 'new-pin', undefined, 'A PIN would be set on the key'],
    ['setting a PIN that the case requires', 'own-pin', undefined, 'A PIN would be set on the key'],
    ['a reset', 'new-pin', pin, 'The key would be reset'],
    ['changing the PIN', 'changed-pin', pin, 'The PIN of the key would be changed'],
    ['a wrong PIN', 'wrong-pin', pin, 'A wrong PIN would be tried'],
  ])('%s', async (_what, which, set, complaint) => {
    await using key = await keyOnSocket(set === undefined ? {} : { pin: set });
    expect(await run(key, which, ...withPin)).toBe(2);
    expect(errors.join('\n')).toContain(`registration/${which}[authenticator.device=${key.address}]: ${complaint}`);
    expect(errors.join('\n')).toContain(`--destroy-credentials ${key.address}`);
    expect(key.arrived.length).toBeGreaterThan(0);
    expect(changingCommands(key)).toEqual([]);
  });

  it('a key that stores passkeys', async () => {
    await using key = await keyOnSocket({ pin });
    await createCredential(key);
    expect(await run(key, 'own-pin', ...withPin)).toBe(2);
    expect(errors.join('\n')).toContain('stores 1 passkey');
    expect(changingCommands(key)).toEqual([]);
  });

  it('a key that does not report whether it stores passkeys', async () => {
    await using key = await keyOnSocket({ pin, persona: 'google-titan-v2' });
    expect(await run(key, 'own-pin', ...withPin)).toBe(2);
    expect(errors.join('\n')).toContain('it does not support credential management');
    expect(changingCommands(key)).toEqual([]);
  });

  it('a wrong PIN, after one attempt', async () => {
    await using key = await keyOnSocket({ pin: '1111' });
    expect(await run(key, 'own-pin', ...withPin)).toBe(2);
    expect(errors.join('\n')).toContain('CTAP2_ERR_PIN_INVALID');
    expect(key.arrived.filter((message) => clientPin(5).test(message))).toHaveLength(1);
    expect(errors.join('\n')).not.toContain(pin);
  });

  it('any PIN if too few retries are left', async () => {
    await using key = await keyOnSocket({ pin, retries: 3 });
    expect(await run(key, 'own-pin', ...withPin)).toBe(2);
    expect(errors.join('\n')).toContain('3 PIN retries left');
    expect(key.arrived.filter((message) => clientPin(5).test(message))).toEqual([]);
  });

  it('a permission for a key that the run does not use', async () => {
    await using key = await keyOnSocket({ pin });
    expect(await run(key, 'own-pin', ...withPin, '--destroy-credentials', '5234567')).toBe(2);
    expect(errors.join('\n')).toContain('--destroy-credentials 5234567 names no key of this run');
  });

  it('a key that is not plugged in, with exit code 3', async () => {
    await using key = await keyOnSocket();
    const { address } = key;
    await key[Symbol.asyncDispose]();
    expect(await main(['run', scenario, '--device', address])).toBe(3);
    expect(await main(['run', scenario, '--device', 'no-such-serial'])).toBe(3);
    expect(errors.join('\n')).toContain('No key matches "no-such-serial"');
  });
});
