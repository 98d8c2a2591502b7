/**
 * Builds the response to authenticatorMakeCredential: authenticator data with the new credential, and an attestation statement
 * (CTAP 2.1 section 6.1.2 step 19). Also builds authenticator data for assertions.
 */
import { type AuthenticatorData, encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { encode } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { ExtensionOutputs } from '../extensions/registry.ts';
import type { AttestationChoice } from '../personas/persona.ts';
import type { UserEvidence } from '../user-evidence.ts';
import { attestationFormats } from './registry.ts';

/**
 * Key of attStmt. A compound statement is a list, but the message table of CTAP only allows a map, so the list is set
 * separately.
 */
const attStmtKey = 0x03;

export interface NewCredential {
  /** 32 bytes. */
  clientDataHash: Uint8Array;
  rpIdHash: Uint8Array;
  user: UserEvidence;
  credential: { credentialId: Uint8Array; key: SigningKey };
  extensions: ExtensionOutputs;
  /** How this credential is attested. */
  attestation: AttestationChoice;
}

/** Returns the members of the authenticatorMakeCredential response for a new credential. */
export function attestCredential(made: NewCredential, env: AuthenticatorEnv) {
  const { rpIdHash, user, extensions } = made;
  const { credentialId, key } = made.credential;
  const format = attestationFormats[made.attestation];
  const aaguid =
    format.zeroAaguid && !env.state.identity.attestation().keepsAaguid ? new Uint8Array(16) : env.state.identity.aaguid;
  const attestedCredentialData = { aaguid, credentialId, credentialPublicKey: encode(key.publicKey) };
  const authData = buildAuthenticatorData(
    { rpIdHash, attestedCredentialData, extensions: extensions.signed },
    user,
    env,
  );
  const clientDataHash = env.faultHooks.clientDataHash(made.clientDataHash);
  const attStmt = format.attest({ authData, clientDataHash, rpIdHash, credentialId, credentialKey: key }, env);
  const response = commands.authenticatorMakeCredential.response.encode({
    fmt: format.fmt,
    authData,
    attStmt: Array.isArray(attStmt) ? new Map() : attStmt,
    ...(made.attestation === 'packed-enterprise' && { epAtt: true }),
    largeBlobKey: extensions.largeBlobKey,
    unsignedExtensionOutputs: extensions.unsigned,
  });
  return Array.isArray(attStmt) ? response.set(attStmtKey, attStmt) : response;
}

/**
 * Returns encoded authenticator data (WebAuthn L3 section 6.1) and increments the signature counter. The flags follow
 * from the user check and from the backup state of the persona.
 */
export function buildAuthenticatorData(
  { rpIdHash, attestedCredentialData, extensions }: Omit<AuthenticatorData, 'flags' | 'signCount'>,
  user: UserEvidence,
  env: AuthenticatorEnv,
): Uint8Array {
  const { backup } = env.persona;
  const flags =
    (user.present ? flag.UP : 0) |
    (user.verified ? flag.UV : 0) |
    (backup?.eligible ? flag.BE : 0) |
    (backup?.backedUp ? flag.BS : 0);
  const data = { rpIdHash, flags, signCount: incrementSignCount(env), attestedCredentialData, extensions };
  return env.faultHooks.encodedAuthData(encodeAuthenticatorData(env.faultHooks.authData(data)));
}

/** Increments the signature counter that all credentials share, and returns its new value; WebAuthn L3 section 6.1.1. */
export function incrementSignCount({ persona, state: { persistent }, faultHooks }: AuthenticatorEnv): number {
  if (persona.signCounter === 'constant-zero') return 0;
  persistent.signCount += faultHooks.rules.signCountStep;
  return persistent.signCount;
}
