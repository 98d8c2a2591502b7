/** getAssertion in process against the signature alone, and getAssertion and makeCredential of a full key against those of an empty one. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { autoTouch, createAuthenticator, type PluggedDevice, plugIn } from '#emulator';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { concat } from '#protocol/bytes.ts';
import { encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import { systemRandom } from '#protocol/seams.ts';
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

export interface StoredFigures {
  stored: number;
  /** How many times slower than with nothing else stored. */
  getAssertion: number;
  makeCredential: number;
}

/** Each credential of another relying party, as people have them. */
export async function benchStored(stored = 10_000): Promise<StoredFigures> {
  const [empty, full] = [plug(), plug()];
  for (let number = 0; number < stored; number++) await register(full, `rp-${number}.test`);
  const contenders = [empty, full].map(async (device) => {
    const message = assertion('contoso.test', await register(device, 'contoso.test'));
    return { name: 'getAssertion', run: () => expectOk(device.transact(message)) };
  });
  const [ofEmpty, ofFull] = await interleave(await Promise.all(contenders), { rounds: 25, operations: 500 });
  const again = registration('contoso.test', true); // the same account: it replaces itself
  const makers = [empty, full].map((device) => ({
    name: 'makeCredential',
    run: () => expectOk(device.transact(again)),
  }));
  const [byEmpty, byFull] = await interleave(makers, { rounds: 25, operations: 300 });
  return { stored, getAssertion: slowdown(ofFull!, ofEmpty!), makeCredential: slowdown(byFull!, byEmpty!) };
}
