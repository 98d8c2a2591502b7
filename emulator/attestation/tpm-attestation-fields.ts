/** The fields that a TPM attests in addition to the key, TPM 2.0 Library part 2. */

/** Defaults are in `tpm.ts`; an injected attestation identity can replace them. */
export interface TpmAttestationFields {
  /** TPMA_OBJECT. */
  objectAttributes: number;
  /** TPMS_CLOCK_INFO: clock(8) resetCount(4) restartCount(4) safe(1). */
  clockInfo: Uint8Array;
  /** 8 bytes. */
  firmwareVersion: Uint8Array;
  /** Name of the attestation identity key: its hash algorithm and digest, or empty. */
  qualifiedSigner: Uint8Array;
  /** Qualified name of the credential key. */
  qualifiedName: Uint8Array;
}
