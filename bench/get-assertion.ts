/** getAssertion in process against the signature alone, and getAssertion and makeCredential of a full key against those of an empty one. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { concat } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { autoTouch, createAuthenticator, type PluggedDevice, plugIn } from '#emulator';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import { interleave, rate, slowdown } from './measure.ts';

const { authenticatorMakeCredential, authenticatorGetAssertion } = commands;

const plug = () =>
  plugIn(createAuthenticator({ persona: 'touchstone-key', gestures: autoTouch, credentialCapacity: 20_000 }));

const registration = (rpId: string, rk: boolean) =>
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

const assertion = (rpId: string, id: Uint8Array) =>
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

/** The answer's CBOR; a benchmark of refusals would be fast and worthless. */
async function expectOk(answer: Promise<Uint8Array>): Promise<Uint8Array> {
  const bytes = await answer;
  if (bytes[0] !== 0) throw new Error(`the authenticator answered 0x${bytes[0]?.toString(16)}`);
  return bytes.subarray(1);
}

async function register(device: PluggedDevice, rpId: string): Promise<Uint8Array> {
  const answer = decode(await expectOk(device.transact(registration(rpId, true))));
  const { authData } = authenticatorMakeCredential.response.parse(answer);
  const attested = parseAuthenticatorData(authData).attestedCredentialData;
  if (!attested) throw new Error('the answer has no credential');
  return attested.credentialId;
}

export interface GetAssertionFigures {
  perSecond: number;
  signPerSecond: number;
  /** How many times slower than signing alone. */
  slowdown: number;
}

export async function benchGetAssertion(): Promise<GetAssertionFigures> {
  const device = plug();
  const message = assertion('contoso.test', await register(device, 'contoso.test'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const data = systemRandom.bytes(69); // authenticator data and clientDataHash
  const [bare, full] = await interleave(
    [
      { name: 'sign', run: () => sign('sha256', data, privateKey) },
      { name: 'getAssertion', run: () => expectOk(device.transact(message)) },
    ],
    { rounds: 25, operations: 1000 },
  );
  return { perSecond: rate(full!), signPerSecond: rate(bare!), slowdown: slowdown(full!, bare!) };
}

/** How many times slower than a key with nothing else stored. */
interface Slowdown {
  full: number;
  /** Another key with nothing stored: what of the figure above is this machine's noise. */
  empty: number;
}

export interface StoredFigures {
  stored: number;
  getAssertion: Slowdown;
  makeCredential: Slowdown;
}

/** Each credential of another relying party, as people have them. */
export async function benchStored(stored = 10_000): Promise<StoredFigures> {
  const keys = { full: plug(), empty: plug(), baseline: plug() };
  for (let number = 0; number < stored; number++) await register(keys.full, `rp-${number}.test`);
  const assertions = new Map<PluggedDevice, Uint8Array>();
  for (const key of Object.values(keys))
    assertions.set(key, assertion('contoso.test', await register(key, 'contoso.test')));
  const again = registration('contoso.test', true); // the same account: it replaces itself
  return {
    stored,
    getAssertion: await slowdowns(keys, (key) => key.transact(assertions.get(key)!)),
    makeCredential: await slowdowns(keys, (key) => key.transact(again)),
  };
}

/** Short turns: what disturbs the machine lasts longer than one, and spoils a whole round more often than half of one. */
async function slowdowns(
  keys: Record<'full' | 'empty' | 'baseline', PluggedDevice>,
  command: (key: PluggedDevice) => Promise<Uint8Array>,
): Promise<Slowdown> {
  const contenders = Object.entries(keys).map(([name, key]) => ({ name, run: () => expectOk(command(key)) }));
  const [full, empty, baseline] = await interleave(contenders, { rounds: 200, operations: 30 });
  return { full: slowdown(full!, baseline!), empty: slowdown(empty!, baseline!) };
}
