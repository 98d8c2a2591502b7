/**
 * A registration and a sign-in with an authenticator that may be defective, as a client that checks nothing would carry
 * them to a relying party: what does our relying party, strict in everything, say to each?
 */
import { toBase64url, utf8 } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError, ProtocolViolation } from '#protocol/errors.ts';
import type { Passkey } from '#relying-party/store/store.ts';
import { parseCertificate } from '#relying-party/verification/certificate.ts';
import { verifyAuthentication } from '#relying-party/verification/verify-authentication.ts';
import { verifyRegistration } from '#relying-party/verification/verify-registration.ts';
import { type AuthenticatorOptions, createAuthenticator, type DefectId, trustAnchors } from '../../index.ts';
import { rpId, TestPlatform } from '../../testing/test-platform.ts';

const origin = `https://${rpId}`;
const challenge = toBase64url(utf8('a challenge of enough bytes'));
const clientDataOf = (type: string) => utf8(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
const userId = utf8('user-1');
const now = Date.parse('2026-06-01');

/** `accepted`, the relying party's reason, or `unreadable` when the answer never became a response. */
export type Verdict = string;

interface CeremonyOptions extends Pick<AuthenticatorOptions, 'attestation'> {
  /** It registers without defects, and has them when it signs in. */
  soundAtRegistration?: boolean;
}

/** The verdicts on a registration and on two sign-ins; what follows a refusal is left out. */
export async function ceremonyWith(
  defects: readonly DefectId[],
  { attestation, soundAtRegistration = false }: CeremonyOptions = {},
): Promise<Verdict[]> {
  const options = { persona: 'touchstone-key', random: seededRandom('defects'), attestation } as const;
  const before = createAuthenticator({ ...options, pin: '1234', defects: soundAtRegistration ? [] : defects });
  const verdicts: Verdict[] = [];
  try {
    const passkey = await register(new TestPlatform(before), verdicts);
    const platform = new TestPlatform(
      soundAtRegistration ? createAuthenticator({ ...options, defects, importedState: before.exportState() }) : before,
    );
    for (let signIn = 0; passkey && signIn < 2 && verdicts.at(-1) === 'accepted'; signIn++)
      verdicts.push(await signInWith(platform, passkey));
  } catch (error) {
    if (!(error instanceof CtapError || error instanceof ProtocolViolation)) throw error;
    verdicts.push('unreadable');
  }
  return verdicts;
}

const expectations = {
  redeemChallenge: async () => ({ algorithms: [-7] }),
  origin,
  rpId,
  userVerification: 'required',
} as const;

async function register(platform: TestPlatform, verdicts: Verdict[]): Promise<Passkey | undefined> {
  const clientDataJSON = clientDataOf('webauthn.create');
  const { status, response } = await platform.makeCredential({
    clientDataHash: sha256(clientDataJSON),
    options: { rk: true },
    extensions: { credProtect: 2, 'hmac-secret': true },
    ...(await proofOver(platform, clientDataJSON, 1)),
  });
  if (status !== 'CTAP2_OK') throw new CtapError('CTAP1_ERR_OTHER', status);
  const { fmt, authData, attStmt } = response;
  const object = new Map<string, CborValue>([
    ['fmt', fmt],
    ['attStmt', attStmt as CborMap],
    ['authData', authData],
  ]);
  const idEnd = 55 + (authData[53] ?? 0) * 256 + (authData[54] ?? 0); // read by hand: some defects break authenticator data
  const verdict = await verifyRegistration(
    publicKeyCredential(authData.subarray(55, idEnd), clientDataJSON, {
      attestationObject: toBase64url(encode(object)),
    }),
    {
      ...expectations,
      attestation: 'enforced',
      trustAnchors: trustAnchors().map(parseCertificate),
      now,
    },
  );
  verdicts.push(verdict.accepted ? 'accepted' : verdict.reason);
  if (!verdict.accepted) return undefined;
  return { ...verdict.credential, id: '1', userId: toBase64url(userId), name: 'Key', registeredAt: now };
}

async function signInWith(platform: TestPlatform, passkey: Passkey): Promise<Verdict> {
  const clientDataJSON = clientDataOf('webauthn.get');
  const { status, response } = await platform.getAssertion({
    clientDataHash: sha256(clientDataJSON),
    ...(await proofOver(platform, clientDataJSON, 2)),
  });
  if (status !== 'CTAP2_OK') throw new CtapError('CTAP1_ERR_OTHER', status);
  const { credential, authData, signature, user } = response;
  const json = publicKeyCredential(credential.id, clientDataJSON, {
    authenticatorData: toBase64url(authData),
    signature: toBase64url(signature),
    ...(user && { userHandle: toBase64url(user.id) }),
  });
  const findPasskey = async (id: string) => (id === passkey.credentialId ? passkey : undefined);
  const verdict = await verifyAuthentication(json, { ...expectations, findPasskey });
  if (verdict.accepted) passkey.signCount = verdict.signCount;
  return verdict.accepted ? 'accepted' : verdict.reason;
}

async function proofOver(platform: TestPlatform, clientDataJSON: Uint8Array, permissions: number) {
  const { protocol, token } = await platform.pinToken(2, '1234', { permissions, rpId });
  if (!token) throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID');
  return { pinUvAuthProtocol: 2, pinUvAuthParam: protocol.authenticate(token, sha256(clientDataJSON)) };
}

function publicKeyCredential(id: Uint8Array, clientDataJSON: Uint8Array, response: Record<string, string>) {
  return {
    id: toBase64url(id),
    rawId: toBase64url(id),
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: toBase64url(clientDataJSON), ...response },
  };
}
