/** What an adapter exports as `adapter`. */

interface Input {
  /** The body, unchanged. */
  response: unknown;
  /** Base64url. */
  challenge: string;
  origin: string;
  rpId: string;
  userVerification: 'required' | 'preferred';
}

/** A function may also refuse by throwing. An exception of a programming error, such as TypeError, counts as a crash. */
type Verified = { accepted: true; credential?: unknown } | { accepted: false; reason?: string };

export interface Library {
  name: string;
  version: string;
  /** Attestation formats that it verifies. */
  formats: string[];
  /** COSE algorithms that it supports. */
  algorithms: number[];
  /** Whether it checks certificates against root certificates. */
  checksTrust: boolean;
  /** Whether it takes the metadata of authenticator models. */
  usesMetadata?: boolean;
  verifyRegistration(
    input: Input & {
      algorithms: readonly number[];
      attestation: 'required' | 'optional';
      /** DER. */
      trustAnchors: readonly Uint8Array[];
      /** The BLOB of a metadata service, its roots and revocation lists (DER), and the number of the last BLOB; with `usesMetadata`. */
      metadata?: {
        blob: string;
        roots: readonly Uint8Array[];
        revocationLists: readonly Uint8Array[];
        previousNumber: number;
      };
    },
  ): Promise<Verified>;
  /** `credential` is what `verifyRegistration` returned; `userHandle` is base64url. */
  verifyAuthentication(input: Input & { credential: unknown; userHandle: string }): Promise<Verified>;
}
