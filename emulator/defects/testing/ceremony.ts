/**
 * Runs a registration and two sign-ins between an authenticator with defects and the reference relying party with its strictest
 * settings. The client in between checks nothing.
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
const encodeClientData = (type: string) => utf8(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
const userId = utf8('user-1');
const now = Date.parse('2026-06-01');

/** `accepted`, the reason of the rejection, or `unreadable` if the client could not read the response of the authenticator. */
export type Verdict = string;

interface CeremonyOptions extends Pick<AuthenticatorOptions, 'attestation'> {
  /** The authenticator has no defects at registration, and gets them before the sign-in. */
  defectsOnlyAtSignIn?: boolean;
}

/** Returns the verdicts on the registration and on two sign-ins. A ceremony after a rejection does not take place. */
export async function runCeremony(
  defects: readonly DefectId[],
  { attestation, defectsOnlyAtSignIn = false }: CeremonyOptions = {},
): Promise<Verdict[]> {
  const options = { persona: 'touchstone-key', random: seededRandom('defects'), attestation } as const;
  const authenticator = createAuthenticator({ ...options, pin: '1234', defects: defectsOnlyAtSignIn ? [] : defects });
  const verdicts: Verdict[] = [];
  try {
    const passkey = await register(new TestPlatform(authenticator), verdicts);
    const platform = new TestPlatform(
      defectsOnlyAtSignIn
        ? createAuthenticator({ ...options, defects, importedState: authenticator.exportState() })
        : authenticator,
    );
    for (let count = 0; passkey && count < 2 && verdicts.at(-1) === 'accepted'; count++)
      verdicts.push(await signIn(platform, passkey));
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

/** Registers a passkey, adds the verdict to `verdicts`, and returns the passkey if it was accepted. */
async function register(platform: TestPlatform, verdicts: Verdict[]): Promise<Passkey | undefined> {
  const clientDataJSON = encodeClientData('webauthn.create');
  const { status, response } = await platform.makeCredential({
    clientDataHash: sha256(clientDataJSON),
    options: { rk: true },
    extensions: { credProtect: 2, 'hmac-secret': true },
    ...(await pinUvAuthOver(platform, clientDataJSON, 1)),
  });
  if (status !== 'CTAP2_OK') throw new CtapError('CTAP1_ERR_OTHER', status);
  const { fmt, authData, attStmt } = response;
  const object = new Map<string, CborValue>([
    ['fmt', fmt],
    ['attStmt', attStmt as CborMap],
    ['authData', authData],
  ]);
  const idEnd = 55 + (authData[53] ?? 0) * 256 + (authData[54] ?? 0); // not parsed: some defects make authenticator data invalid
  const verdict = await verifyRegistration(
    encodeCredential(authData.subarray(55, idEnd), clientDataJSON, {
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

/** Signs in, stores the new signature counter, and returns the verdict. */
async function signIn(platform: TestPlatform, passkey: Passkey): Promise<Verdict> {
  const clientDataJSON = encodeClientData('webauthn.get');
  const { status, response } = await platform.getAssertion({
    clientDataHash: sha256(clientDataJSON),
    ...(await pinUvAuthOver(platform, clientDataJSON, 2)),
  });
  if (status !== 'CTAP2_OK') throw new CtapError('CTAP1_ERR_OTHER', status);
  const { credential, authData, signature, user } = response;
  const json = encodeCredential(credential.id, clientDataJSON, {
    authenticatorData: toBase64url(authData),
    signature: toBase64url(signature),
    ...(user && { userHandle: toBase64url(user.id) }),
  });
  const findPasskey = async (id: string) => (id === passkey.credentialId ? passkey : undefined);
  const verdict = await verifyAuthentication(json, { ...expectations, findPasskey });
  if (verdict.accepted) passkey.signCount = verdict.signCount;
  return verdict.accepted ? 'accepted' : verdict.reason;
}

/** Returns the pinUvAuth parameters of a request over `clientDataJSON`. */
async function pinUvAuthOver(platform: TestPlatform, clientDataJSON: Uint8Array, permissions: number) {
  const { protocol, token } = await platform.pinToken(2, '1234', { permissions, rpId });
  if (!token) throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID');
  return { pinUvAuthProtocol: 2, pinUvAuthParam: protocol.authenticate(token, sha256(clientDataJSON)) };
}

function encodeCredential(id: Uint8Array, clientDataJSON: Uint8Array, response: Record<string, string>) {
  return {
    id: toBase64url(id),
    rawId: toBase64url(id),
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: toBase64url(clientDataJSON), ...response },
  };
}
