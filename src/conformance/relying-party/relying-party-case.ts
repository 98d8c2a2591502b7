/** A case of the mutation catalogue: a valid ceremony with one named change, and what a relying party must do with it. */
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import type { Authority } from '#protocol/x509/authority.ts';
import type { CatalogueEntry } from '../catalogue-entry.ts';
import type { CeremonySettings, ModelPolicy } from './ceremony-settings.ts';
import type { ApiCheck, ApiDefect } from './conformance-api/api-case.ts';
import type { Attestation, AuthenticatorChanges } from './emulator-port.ts';
import type { MetadataParts } from './make-metadata.ts';
import type { Severity } from './rules/rule.ts';
import type { RuleId } from './rules.ts';
import type { W3cVector } from './vectors/w3c-vectors.ts';

/** RegistrationResponseJSON or AuthenticationResponseJSON. A change may replace or delete any member. */
export interface CredentialJson {
  [member: string]: unknown;
  id: string;
  response: Record<string, unknown>;
}

/** What a change of a statement may need: the keys that signed, and what they signed. */
export interface SigningContext {
  authData: Uint8Array;
  clientDataHash: Uint8Array;
  /** The key of the attestation certificate, ES256. */
  attestationKey: SigningKey;
  credentialKey: SigningKey;
  /** The root of the attestation. */
  root: Authority;
  aaguid: Uint8Array;
}

/** Members of the client data before they are encoded as JSON. */
export type ClientDataMembers = Record<string, unknown>;

/** The one change of a case, at the level where it belongs. */
export interface Change {
  authenticator?: AuthenticatorChanges;
  /** Changes the members of the client data before the authenticator signs its hash. */
  clientData?(members: ClientDataMembers): ClientDataMembers;
  /** Changes the encoded client data before the authenticator signs its hash. */
  clientDataBytes?(bytes: Uint8Array): Uint8Array;
  /** Changes the client data after the authenticator signed its hash. */
  sentClientData?(bytes: Uint8Array): Uint8Array;
  /** Changes the JSON of the credential before it is sent. */
  envelope?(json: CredentialJson): unknown;
}

export interface RegistrationChange extends Change {
  /** Changes the metadata of the authenticator model. */
  metadata?(parts: MetadataParts): MetadataParts;
  /** Changes the attestation statement after it was made. */
  statement?(attStmt: CborValue, context: SigningContext): CborValue;
  /** Changes the members of the attestation object. */
  attestationObject?(members: CborMap): CborValue;
  /** Changes the encoded attestation object. */
  attestationObjectBytes?(bytes: Uint8Array): Uint8Array;
}

export interface AuthenticationChange extends Change {
  /** Changes the signature after it was made. */
  assertionSignature?(signature: Uint8Array, context: { signed: Uint8Array; credentialKey: SigningKey }): Uint8Array;
}

/** The valid ceremony that a change applies to. */
export interface Base {
  attestation: Attestation;
  algorithm: CoseAlgorithm;
  /** Algorithm of another key in the response, which the relying party must support, too. */
  otherAlgorithm?: CoseAlgorithm | undefined;
  /** Bytes of the credential id. */
  credentialIdLength: number;
  synced: boolean;
  /** The relying party gets the metadata of the authenticator model. */
  usesMetadata?: boolean | undefined;
  settings: CeremonySettings;
}

/** A case is refused, or accepted; `either` needs the reason why both are correct. */
export type Expectation = 'refuse' | 'accept' | { either: string };

/** How bad an acceptance is. */
export interface Consequence {
  severity: Severity;
  /** As a sentence without a full stop. */
  weakness: string;
}

/** Something that happens in the session instead of a change of the response. */
export type SessionEvent =
  | 'challenge-used-twice'
  | 'challenge-expired'
  | 'challenge-of-another-session'
  | 'credential-registered-twice';

interface CommonCase extends CatalogueEntry {
  group: string;
  /** The rules that demand the refusal: one, but for cases that combine violations; empty for cases that must be accepted. */
  rules: readonly RuleId[];
  expected: Expectation;
  /** What an acceptance of this case means, if that is less than what the lack of its rule means. */
  consequence?: Consequence | undefined;
  base: Base;
  session?: SessionEvent | undefined;
  /** Applies to the case, and not to the control without the change. */
  policy?: ModelPolicy | undefined;
  /** The ceremony to send, instead of one of the emulator. */
  vector?: W3cVector | undefined;
}

export interface RegistrationCase extends CommonCase {
  ceremony: 'registration';
  change: RegistrationChange;
}

export interface AuthenticationCase extends CommonCase {
  ceremony: 'authentication';
  change: AuthenticationChange;
}

/** A case about the requests of the conformance API: the authenticator makes valid responses only. */
export interface ApiCase extends CommonCase {
  ceremony: 'api';
  change: Change;
  check: ApiCheck;
  /** Makes a conforming server break the rule, which the check must find. */
  defect: ApiDefect;
}

export type RelyingPartyCase = RegistrationCase | AuthenticationCase | ApiCase;
