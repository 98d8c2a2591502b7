/** Metadata of authenticator models: the BLOB of a metadata service, and what verifies it. */
export interface MetadataSource {
  /** JSON Web Token. */
  blob: string;
  /** Root certificates of the service, DER. */
  roots: readonly Uint8Array[];
  /** `no` of the BLOB that was loaded before. */
  previousNumber: number;
  /** Certificate revocation lists of the authorities of the service, DER. */
  revocationLists: readonly Uint8Array[];
}

/** Which passkeys a site allows. The model `own` is that of the authenticator. */
export interface ModelPolicy {
  /** AAGUIDs; every other model is denied. */
  allowed?: readonly string[];
  /** AAGUIDs; every other model is allowed. */
  denied?: readonly string[];
  /** Passkeys that are synced between devices are not allowed. */
  synced?: 'denied';
}

/** The ceremony of a test vector, which has its own origin and challenges. */
export interface VectorCeremony {
  origin: string;
  rpId: string;
  /** Challenges, base64url. */
  registration: string;
  authentication: string;
  /** Root certificates of its attestation, DER, in place of those of the emulator. */
  trustAnchors: readonly Uint8Array[];
}

/** What one ceremony demands. */
export interface CeremonySettings {
  userVerification: 'required' | 'preferred';
  /** `required` refuses a registration without a trusted certificate chain, `optional` accepts it. */
  attestation: 'required' | 'optional';
  /** COSE algorithms that are requested. */
  algorithms: readonly number[];
  /** Every attestation with certificates must agree with it; absent: metadata is not used. */
  metadata?: MetadataSource | undefined;
  /** Absent: every passkey is allowed. */
  policy?: ModelPolicy | undefined;
  /** Set if the ceremony is that of a test vector. */
  vector?: VectorCeremony | undefined;
}
