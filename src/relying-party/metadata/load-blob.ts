/** Loads the BLOB of a metadata service from a file or an address: FIDO Metadata Service 3.0 section 3.2 steps 1 to 3. */
import { readFile } from 'node:fs/promises';
import { equal } from '#base/bytes.ts';
import { messageOf, UnavailableError, UsageError } from '#base/errors.ts';
import { RefusalError } from '../refusals.ts';
import { type Certificate, parseCertificate } from '../verification/certificate.ts';
import { type BlobExpectations, type MetadataBlob, verifyBlob } from './blob.ts';
import { parseRevocationList, type RevocationList } from './revocation-list.ts';

export interface BlobSource extends Omit<BlobExpectations, 'revocationLists'> {
  /** Files or addresses of certificate revocation lists, DER or PEM. */
  revocationLists?: readonly string[] | undefined;
  fetch?: typeof fetch | undefined;
}

/**
 * Returns the verified BLOB of a file or an https address.
 * @throws {UnavailableError} if it or a revocation list cannot be read, {UsageError} if one of them is not valid.
 */
export async function loadBlob(
  source: string,
  { revocationLists: listSources = [], ...expected }: BlobSource,
): Promise<MetadataBlob> {
  const text = (await read(source, expected)).toString('utf8').trim();
  const revocationLists = await Promise.all(listSources.map((list) => readRevocationList(list, expected)));
  const blob = verify(source, text, { ...expected, revocationLists });
  const certificates = [...blob.chain, ...expected.roots];
  for (const { name, issuer } of revocationLists)
    if (!certificates.some((certificate) => equal(certificate.issuer, issuer)))
      throw new UsageError(`Cannot use ${name}: expected the list of an authority in the chain of the BLOB`);
  return blob;
}

function verify(source: string, text: string, expected: BlobExpectations): MetadataBlob {
  try {
    return verifyBlob(text, expected);
  } catch (cause) {
    if (!(cause instanceof RefusalError)) throw cause;
    throw new UsageError(`Cannot use the metadata of ${source}: ${cause.rule}: ${cause.detail}`, { cause });
  }
}

/**
 * Returns the list of a file or an address. Authorities publish lists without encryption, because lists are signed (RFC 5280 section 8).
 * @throws {UnavailableError} if it cannot be read, {UsageError} if it is not a list.
 */
async function readRevocationList(source: string, { fetch }: BlobSource): Promise<RevocationList> {
  const bytes = await read(source, { fetch, protocols: /^https?:/i, expected: 'http:// or https://' });
  const [der = new Uint8Array(), ...more] = readPem(bytes, 'X509 CRL');
  try {
    if (more.length > 0) throw new RangeError('There are several lists');
    return parseRevocationList(der, `the revocation list ${source}`);
  } catch (cause) {
    const expected = 'one complete certificate revocation list in DER or PEM';
    throw new UsageError(`Cannot read ${source}: expected ${expected} (${messageOf(cause)})`, { cause });
  }
}

/** Returns the certificates of a file: PEM with one or more, or DER with one. @throws {UsageError} if there is none. */
export async function readRoots(file: string): Promise<Certificate[]> {
  const ders = readPem(await read(file, {}), 'CERTIFICATE');
  try {
    return ders.map((der) => parseCertificate(der));
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}: expected certificates in PEM, or one in DER`, { cause });
  }
}

/** Returns the content of all PEM blocks with the label (RFC 7468), or the bytes themselves if there is no block. */
function readPem(bytes: Buffer, label: string): Uint8Array[] {
  const pattern = new RegExp(`-----BEGIN ${label}-----([^-]+)-----END ${label}-----`, 'g');
  const blocks = [...bytes.toString('latin1').matchAll(pattern)];
  const ders = blocks.length > 0 ? blocks.map(([, text = '']) => Buffer.from(text, 'base64')) : [bytes];
  return ders.map((der) => new Uint8Array(der));
}

interface ReadOptions extends Pick<BlobSource, 'fetch'> {
  /** Protocols of addresses that are permitted, and their description for messages; default: https. */
  protocols?: RegExp;
  expected?: string;
}

async function read(source: string, options: ReadOptions): Promise<Buffer> {
  const { fetch: get = fetch, protocols = /^https:/i, expected = 'https://' } = options;
  try {
    if (!/^[a-z]+:\/\//i.test(source)) return await readFile(source);
    if (!protocols.test(source)) throw new Error(`expected an address that begins with ${expected}`);
    const response = await get(source);
    if (!response.ok) throw new Error(`the server answered with status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    throw new UnavailableError(`Cannot read ${source}: ${messageOf(cause)}`, { cause });
  }
}
