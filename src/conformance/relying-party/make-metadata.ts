/** Makes the metadata of the emulator's model: a BLOB with one entry, signed by a service below the root of the attestation. */
import { formatAaguid, toBase64url, utf8 } from '#base/bytes.ts';
import type { SigningKey } from '#protocol/crypto.ts';
import type { Authority } from '#protocol/x509/authority.ts';
import type { MetadataSource } from './ceremony-settings.ts';
import type { SuiteEmulator } from './emulator-port.ts';
import { issueServiceCertificate, serviceKey } from './metadata-service.ts';

type Json = Record<string, unknown>;

/** A BLOB before it is signed. A change may replace any part. */
export interface MetadataParts {
  header: Json;
  /** Certificates of the service, DER, leaf first; they become `x5c` of the header. */
  chain: readonly Uint8Array[];
  payload: Json & { entries: Json[] };
  key: SigningKey;
  /** Changes the token after it was signed. */
  token?(text: string): string;
  roots: readonly Uint8Array[];
  previousNumber: number;
  revocationLists: readonly Uint8Array[];
  /** The root of service and attestation, with its key. */
  root: Authority;
}

/** Far enough ahead; the catalogue must not depend on the day of the run. */
const nextUpdate = '2049-01-01';

/** Returns the metadata, with the change of a case. */
export function makeMetadata(
  { metadataStatement, aaguid, root }: SuiteEmulator,
  change: (parts: MetadataParts) => MetadataParts = (parts) => parts,
): MetadataSource {
  const entry = {
    aaguid: formatAaguid(aaguid),
    metadataStatement: {
      ...structuredClone(metadataStatement),
      attestationTypes: ['basic_full', 'basic_surrogate'],
    } as Json,
    statusReports: [{ status: 'NOT_FIDO_CERTIFIED', effectiveDate: '2024-01-01' }],
    timeOfLastStatusChange: '2024-01-01',
  };
  const parts = change({
    header: { alg: 'ES256', typ: 'JWT' },
    chain: [issueServiceCertificate(root)],
    payload: { legalHeader: 'Test only', no: 7, nextUpdate, entries: [entry] },
    key: serviceKey,
    roots: [root.certificate],
    previousNumber: 6,
    revocationLists: [],
    root,
  });
  const { roots, previousNumber, revocationLists, token = (text: string) => text } = parts;
  return { blob: token(sign(parts)), roots, previousNumber, revocationLists };
}

function sign({ header, chain, payload, key }: MetadataParts): string {
  const x5c = chain.map((der) => Buffer.from(der).toString('base64'));
  const input = [{ x5c, ...header }, payload].map((part) => toBase64url(utf8(JSON.stringify(part)))).join('.');
  return `${input}.${toBase64url(toFixedLength(key.sign(utf8(input))))}`;
}

/** JSON Web Signatures have ECDSA signatures as r and s of equal length, not in DER (RFC 7518 section 3.4). */
function toFixedLength(der: Uint8Array): Uint8Array {
  const half = (start: number) => {
    const length = der[start + 1] ?? 0;
    const bytes = der.subarray(start + 2, start + 2 + length);
    const value = new Uint8Array(32);
    const digits = bytes.subarray(Math.max(0, bytes.length - 32));
    value.set(digits, 32 - digits.length);
    return { value, end: start + 2 + length };
  };
  const r = half(2);
  return new Uint8Array([...r.value, ...half(r.end).value]);
}
