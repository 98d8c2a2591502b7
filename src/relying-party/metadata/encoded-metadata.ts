/** Metadata as test tools pass it to a relying party: the BLOB, and what it is verified with, encoded. */
import { parseCertificate } from '../verification/certificate.ts';
import type { Rule } from '../verification/rules.ts';
import { type MetadataBlob, verifyBlob } from './blob.ts';
import { parseRevocationList } from './revocation-list.ts';

export interface EncodedMetadata {
  /** JSON Web Token. */
  blob: string;
  /** Root certificates of the service, DER. */
  roots: readonly Uint8Array[];
  /** `no` of the BLOB that was loaded before. */
  previousNumber: number;
  /** Certificate revocation lists, DER. */
  revocationLists: readonly Uint8Array[];
}

/**
 * Returns the verified BLOB. The verifier lacks the rules in `lacks`, to prove conformance cases.
 * @throws {RefusalError} if it is not valid.
 */
export const verifyEncoded = (
  { blob, roots, previousNumber, revocationLists }: EncodedMetadata,
  now: number,
  lacks?: ReadonlySet<Rule>,
): MetadataBlob =>
  verifyBlob(blob, {
    roots: roots.map(parseCertificate),
    revocationLists: revocationLists.map((der) => parseRevocationList(der)),
    previousNumber,
    now,
    lacks,
  });
