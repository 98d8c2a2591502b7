/** The answer to makeCredential: authenticator data around a new credential, and a statement in the persona's format (CTAP 2.1 section 6.1.2 step 19). */
import { type AuthenticatorData, encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { encode } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import type { UserEvidence } from '../commands/user-verification.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { ExtensionOutputs } from '../extensions/registry.ts';
import type { AttestationChoice } from '../personas/persona.ts';
import { attestationFormats } from './registry.ts';

/** A compound statement is a list, which the table of CTAP's messages does not have: its maps are for all other formats. */
const attStmtKey = 0x03;

export interface NewCredential {
  /** 32 bytes. */
  clientDataHash: Uint8Array;
  rpIdHash: Uint8Array;
  user: UserEvidence;
  credential: { credentialId: Uint8Array; key: SigningKey };
  extensions: ExtensionOutputs;
  /** Which of the authenticator's attestations this credential gets. */
  attestation: AttestationChoice;
}

export function attest(made: NewCredential, env: AuthenticatorEnv) {
  const { rpIdHash, user, extensions } = made;
  const { credentialId, key } = made.credential;
  const format = attestationFormats[made.attestation];
  const aaguid =
    format.zeroAaguid && !env.state.identity.attestation().keepsAaguid ? new Uint8Array(16) : env.state.identity.aaguid;
  const attestedCredentialData = { aaguid, credentialId, credentialPublicKey: encode(key.publicKey) };
  const authData = authenticatorData({ rpIdHash, attestedCredentialData, extensions: extensions.signed }, user, env);
  const clientDataHash = env.misbehaviour.clientDataHash(made.clientDataHash);
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

/** Authenticator data with the flags that the user's evidence and the persona's backup state give, and the next counter. */
export function authenticatorData(
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
  const data = { rpIdHash, flags, signCount: nextSignCount(env), attestedCredentialData, extensions };
  return env.misbehaviour.encodedAuthData(encodeAuthenticatorData(env.misbehaviour.authData(data)));
}

/** One counter for all credentials, as most keys have it; WebAuthn L3 section 6.1.1. */
export function nextSignCount({ persona, state: { persistent }, misbehaviour }: AuthenticatorEnv): number {
  if (persona.signCounter === 'constant-zero') return 0;
  persistent.signCount += misbehaviour.rules.counterStep;
  return persistent.signCount;
}
