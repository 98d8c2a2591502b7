/** Compares our emulator with nid-webauthn-emulator on the same requests in one process. Child process of `nid.ts`, which gets the figures. */
import { AuthenticatorEmulator } from 'nid-webauthn-emulator';
import { concat } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { autoTouch, createAuthenticator, plugIn } from '#emulator';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import { interleave, rate, slowdown } from './measure.ts';
import type { NidFigures } from './nid.ts';

const { authenticatorMakeCredential, authenticatorGetAssertion } = commands;

/** Processes a CTAP message. Returns the CBOR of the answer. */
type Emulator = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Returns the CBOR of an answer. Checks the status, because an error answer would be fast and measure nothing. */
function expectOk(status: number | undefined, cbor: Uint8Array | undefined): Uint8Array {
  if (status !== 0 || !cbor)
    throw new Error(`Expected status 0x0, the authenticator answered 0x${status?.toString(16)}`);
  return cbor;
}

function createOurs(attestation: 'none' | 'packed-basic'): Emulator {
  const device = plugIn(createAuthenticator({ persona: 'touchstone-key', attestation, gestures: autoTouch }));
  return async (message) => {
    const answer = await device.transact(message);
    return expectOk(answer[0], answer.subarray(1));
  };
}

/** In stateless mode, the private key is in the credential id, as in ours without rk. So neither is slowed down by a growing store. */
const emulator = new AuthenticatorEmulator({ stateless: true });
const theirs: Emulator = (message) => {
  const [command = 0] = message;
  const { status, data } = emulator.command({ command, data: Uint8Array.from(message.subarray(1)) });
  return expectOk(status, data);
};

const registration = concat(
  new Uint8Array([authenticatorMakeCredential.code]),
  encode(
    authenticatorMakeCredential.request.encode({
      clientDataHash: systemRandom.bytes(32),
      rp: { id: 'contoso.test', name: 'Contoso' },
      user: { id: systemRandom.bytes(32), name: 'adele@contoso.test', displayName: 'Adele' },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    }),
  ),
);

/** Creates a credential. Returns its attestation format, and a getAssertion message for it. */
async function prepare(emulator: Emulator): Promise<{ fmt: string; assertion: Uint8Array }> {
  const created = authenticatorMakeCredential.response.parse(decode(await emulator(registration)));
  const id = parseAuthenticatorData(created.authData).attestedCredentialData?.credentialId;
  if (!id) throw new Error('Expected a credential in the answer');
  const request = {
    rpId: 'contoso.test',
    clientDataHash: systemRandom.bytes(32),
    allowList: [{ id, type: 'public-key' }],
  };
  const cbor = encode(authenticatorGetAssertion.request.encode(request));
  return { fmt: created.fmt, assertion: concat(new Uint8Array([authenticatorGetAssertion.code]), cbor) };
}

const rounds = { rounds: 5, turns: 25, operations: 20 };
const [withNone, withPacked] = [createOurs('none'), createOurs('packed-basic')];
const [noneSetup, packedSetup, theirSetup] = await Promise.all([
  prepare(withNone),
  prepare(withPacked),
  prepare(theirs),
]);
const formats = [noneSetup.fmt, packedSetup.fmt, theirSetup.fmt].join(', ');
if (formats !== 'none, packed, none') throw new Error(`Expected the formats none, packed, none, got ${formats}`);
const [oursNone, oursPacked, theirsNone] = await interleave(
  [
    { name: 'ours, none', run: () => withNone(registration) },
    { name: 'ours, packed', run: () => withPacked(registration) },
    { name: 'theirs, none', run: () => theirs(registration) },
  ],
  rounds,
);
const [oursGet, theirsGet] = await interleave(
  [
    { name: 'ours', run: () => withNone(noneSetup.assertion) },
    { name: 'theirs', run: () => theirs(theirSetup.assertion) },
  ],
  rounds,
);
const figures: NidFigures = {
  makeNone: {
    perSecond: rate(oursNone),
    theirsPerSecond: rate(theirsNone),
    ratio: slowdown(oursNone, theirsNone),
  },
  makePacked: {
    perSecond: rate(oursPacked),
    theirsPerSecond: rate(theirsNone),
    ratio: slowdown(oursPacked, theirsNone),
  },
  get: { perSecond: rate(oursGet), theirsPerSecond: rate(theirsGet), ratio: slowdown(oursGet, theirsGet) },
};
process.send?.(figures);
process.disconnect?.();
