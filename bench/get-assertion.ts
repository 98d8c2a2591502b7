/** Compares getAssertion in process with the signature alone, and getAssertion and makeCredential of a full key with those of an empty key. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { concat } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { autoTouch, createAuthenticator, type PluggedDevice, plugIn } from '#emulator';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import { interleave, rate, slowdown } from './measure.ts';
import type { Spread } from './row.ts';

const { authenticatorMakeCredential, authenticatorGetAssertion } = commands;

const createKey = () =>
  plugIn(createAuthenticator({ persona: 'touchstone-key', gestures: autoTouch, credentialCapacity: 20_000 }));

const encodeRegistration = (rpId: string, rk: boolean) =>
  concat(
    new Uint8Array([authenticatorMakeCredential.code]),
    encode(
      authenticatorMakeCredential.request.encode({
        clientDataHash: systemRandom.bytes(32),
        rp: { id: rpId },
        user: { id: systemRandom.bytes(32), name: 'adele@contoso.test' },
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        options: { rk },
      }),
    ),
  );

const encodeAssertion = (rpId: string, id: Uint8Array) =>
  concat(
    new Uint8Array([authenticatorGetAssertion.code]),
    encode(
      authenticatorGetAssertion.request.encode({
        rpId,
        clientDataHash: systemRandom.bytes(32),
        allowList: [{ id, type: 'public-key' }],
      }),
    ),
  );

/** Returns the CBOR of an answer. Checks the status, because an error answer would be fast and measure nothing. */
async function expectOk(answer: Promise<Uint8Array>): Promise<Uint8Array> {
  const bytes = await answer;
  if (bytes[0] !== 0) throw new Error(`Expected status 0x0, the authenticator answered 0x${bytes[0]?.toString(16)}`);
  return bytes.subarray(1);
}

async function register(device: PluggedDevice, rpId: string): Promise<Uint8Array> {
  const answer = decode(await expectOk(device.transact(encodeRegistration(rpId, true))));
  const { authData } = authenticatorMakeCredential.response.parse(answer);
  const attested = parseAuthenticatorData(authData).attestedCredentialData;
  if (!attested) throw new Error('Expected a credential in the answer');
  return attested.credentialId;
}

export interface GetAssertionFigures {
  perSecond: number;
  signPerSecond: number;
  /** How many times slower than signing alone. */
  slowdown: Spread;
}

export async function benchGetAssertion(): Promise<GetAssertionFigures> {
  const device = createKey();
  const message = encodeAssertion('contoso.test', await register(device, 'contoso.test'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const data = systemRandom.bytes(69); // authenticator data and clientDataHash
  const [bare, full] = await interleave(
    [
      { name: 'sign', run: () => sign('sha256', data, privateKey) },
      { name: 'getAssertion', run: () => expectOk(device.transact(message)) },
    ],
    { rounds: 5, turns: 100, operations: 40 },
  );
  return { perSecond: rate(full), signPerSecond: rate(bare), slowdown: slowdown(full, bare) };
}

/** How many times slower than a key without other credentials. */
interface Slowdown {
  full: Spread;
  /** The same for a second empty key: the part of `full` that is measurement noise. */
  empty: Spread;
}

export interface StoredFigures {
  stored: number;
  getAssertion: Slowdown;
  makeCredential: Slowdown;
}

/** Stores each credential for another relying party, as a typical user would have them. */
export async function benchStored(stored = 10_000): Promise<StoredFigures> {
  const keys = { full: createKey(), empty: createKey(), baseline: createKey() };
  for (let number = 0; number < stored; number++) await register(keys.full, `rp-${number}.test`);
  const assertions = {
    full: encodeAssertion('contoso.test', await register(keys.full, 'contoso.test')),
    empty: encodeAssertion('contoso.test', await register(keys.empty, 'contoso.test')),
    baseline: encodeAssertion('contoso.test', await register(keys.baseline, 'contoso.test')),
  };
  const repeated = encodeRegistration('contoso.test', true); // each registration replaces the previous one
  return {
    stored,
    getAssertion: await measureSlowdowns((name) => keys[name].transact(assertions[name])),
    makeCredential: await measureSlowdowns((name) => keys[name].transact(repeated)),
  };
}

type KeyName = 'full' | 'empty' | 'baseline';

async function measureSlowdowns(command: (key: KeyName) => Promise<Uint8Array>): Promise<Slowdown> {
  const contender = (name: KeyName) => ({ name, run: () => expectOk(command(name)) });
  const [full, empty, baseline] = await interleave([contender('full'), contender('empty'), contender('baseline')], {
    rounds: 5,
    turns: 40,
    operations: 30,
  });
  return { full: slowdown(full, baseline), empty: slowdown(empty, baseline) };
}
