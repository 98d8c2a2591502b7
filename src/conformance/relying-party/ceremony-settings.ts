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

/** What one ceremony demands. */
export interface CeremonySettings {
  userVerification: 'required' | 'preferred';
  /** `required` refuses a registration without a trusted certificate chain, `optional` accepts it. */
  attestation: 'required' | 'optional';
  /** COSE algorithms that are requested. */
  algorithms: readonly number[];
  /** Every attestation with certificates must agree with it; absent: metadata is not used. */
  metadata?: MetadataSource | undefined;
}
