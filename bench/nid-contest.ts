/** Ours and nid-webauthn-emulator with the same requests in one process: the child of `nid.ts`, which it sends its figures. */
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

/** A CTAP message in, the CBOR of the answer out. */
type Emulator = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** A benchmark of refusals would be fast and worthless. */
function cborOf(status: number | undefined, cbor: Uint8Array | undefined): Uint8Array {
  if (status !== 0 || !cbor) throw new Error(`the authenticator answered 0x${status?.toString(16)}`);
  return cbor;
}

function ours(attestation: 'none' | 'packed-basic'): Emulator {
  const device = plugIn(createAuthenticator({ persona: 'touchstone-key', attestation, gestures: autoTouch }));
  return async (message) => {
    const answer = await device.transact(message);
    return cborOf(answer[0], answer.subarray(1));
  };
}

/** Stateless, it keeps the private key in the credential id as ours does without rk, and a growing store slows down neither. */
const emulator = new AuthenticatorEmulator({ stateless: true });
const theirs: Emulator = (message) => {
  const { status, data } = emulator.command({ command: message[0]!, data: Uint8Array.from(message.subarray(1)) });
  return cborOf(status, data);
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

/** What `emulator` attests with, and an assertion with a credential that it makes now. */
async function introduce(emulator: Emulator): Promise<{ fmt: string; assertion: Uint8Array }> {
  const made = authenticatorMakeCredential.response.parse(decode(await emulator(registration)));
  const id = parseAuthenticatorData(made.authData).attestedCredentialData?.credentialId;
  if (!id) throw new Error('the answer has no credential');
  const request = {
    rpId: 'contoso.test',
    clientDataHash: systemRandom.bytes(32),
    allowList: [{ id, type: 'public-key' }],
  };
  const cbor = encode(authenticatorGetAssertion.request.encode(request));
  return { fmt: made.fmt, assertion: concat(new Uint8Array([authenticatorGetAssertion.code]), cbor) };
}

const rounds = { rounds: 50, operations: 50 };
const [withNone, withPacked] = [ours('none'), ours('packed-basic')];
const [atNone, atPacked, atTheirs] = await Promise.all([withNone, withPacked, theirs].map(introduce));
const formats = [atNone!.fmt, atPacked!.fmt, atTheirs!.fmt].join(', ');
if (formats !== 'none, packed, none') throw new Error(`the formats are ${formats}; wanted none, packed, none`);
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
    { name: 'ours', run: () => withNone(atNone!.assertion) },
    { name: 'theirs', run: () => theirs(atTheirs!.assertion) },
  ],
  rounds,
);
const figures: NidFigures = {
  makeNone: {
    perSecond: rate(oursNone!),
    theirsPerSecond: rate(theirsNone!),
    faster: slowdown(theirsNone!, oursNone!),
  },
  makePacked: {
    perSecond: rate(oursPacked!),
    theirsPerSecond: rate(theirsNone!),
    faster: slowdown(theirsNone!, oursPacked!),
  },
  get: { perSecond: rate(oursGet!), theirsPerSecond: rate(theirsGet!), faster: slowdown(theirsGet!, oursGet!) },
};
process.send?.(figures);
process.disconnect?.();
