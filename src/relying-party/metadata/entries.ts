/** The entries of a metadata BLOB (FIDO Metadata Service 3.0 section 3.1.1) and their statements (FIDO Metadata Statement 3.0 section 4). */
import { z } from 'zod';
import type { Refuse } from '../verification/rules.ts';

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const texts = z.array(z.string().min(1)).nonempty();
const certificate = z.base64().min(1);

const statusReport = z.looseObject({
  status: z.string().min(1),
  effectiveDate: date.optional(),
  /** The one attestation certificate that the report is about; absent: all of them. */
  certificate: certificate.optional(),
});

const entry = z
  .looseObject({
    aaid: z.string().optional(),
    aaguid: z.guid().optional(),
    attestationCertificateKeyIdentifiers: z.array(z.string().regex(/^[0-9a-f]{40}$/)).optional(),
    metadataStatement: z.record(z.string(), z.unknown()),
    statusReports: z.array(statusReport).nonempty(),
    timeOfLastStatusChange: date,
  })
  .refine(({ aaid, aaguid, attestationCertificateKeyIdentifiers: ids }) => aaid ?? aaguid ?? ids?.length, {
    error: 'Expected aaguid, attestationCertificateKeyIdentifiers or aaid',
  });
export type MetadataEntry = z.output<typeof entry>;
export type StatusReport = z.output<typeof statusReport>;

/** The members that verification reads or that every statement has; other members are accepted. */
export const metadataStatement = z.looseObject({
  legalHeader: z.string(),
  description: z.string().min(1).max(200),
  aaguid: z.string().optional(),
  attestationCertificateKeyIdentifiers: z.array(z.string()).optional(),
  authenticatorVersion: z.int().nonnegative(),
  protocolFamily: z.enum(['uaf', 'u2f', 'fido2']),
  schema: z.literal(3),
  upv: z.array(z.looseObject({ major: z.int(), minor: z.int() })).nonempty(),
  authenticationAlgorithms: texts,
  publicKeyAlgAndEncodings: texts,
  attestationTypes: texts,
  userVerificationDetails: z
    .array(z.array(z.looseObject({ userVerificationMethod: z.string().min(1) })).nonempty())
    .nonempty(),
  keyProtection: texts,
  matcherProtection: texts,
  tcDisplay: z.array(z.string()),
  attestationRootCertificates: z.array(certificate),
});
export type ParsedStatement = z.output<typeof metadataStatement>;

/** Returns the entries. An entry that does not match the schema is an error of the whole BLOB. */
export function parseEntries(value: unknown, refuse: Refuse): MetadataEntry[] {
  const parsed = z.array(entry).safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  refuse('blob.entries', 'attestation-untrusted', `entries.${issue?.path.join('.')}: ${issue?.message}`);
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
}
