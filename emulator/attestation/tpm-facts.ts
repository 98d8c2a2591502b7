/** What a TPM attests beside the key, TPM 2.0 Library part 2. */

/** Given by whoever injects an identity, else that of an ordinary TPM. */
export interface TpmFacts {
  /** TPMA_OBJECT. */
  objectAttributes: number;
  /** TPMS_CLOCK_INFO: clock(8) resetCount(4) restartCount(4) safe(1). */
  clockInfo: Uint8Array;
  /** 8 bytes. */
  firmwareVersion: Uint8Array;
  /** TPM2B_NAME of the AIK: its algorithm and digest, or empty. */
  qualifiedSigner: Uint8Array;
  qualifiedName: Uint8Array;
}
