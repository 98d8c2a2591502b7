/** Loads the BLOB of a metadata service from a file or an address: FIDO Metadata Service 3.0 section 3.2 steps 1 to 3. */
import { readFile } from 'node:fs/promises';
import { messageOf, UnavailableError, UsageError } from '#base/errors.ts';
import { RefusalError } from '../refusals.ts';
import { type Certificate, parseCertificate } from '../verification/certificate.ts';
import { type BlobExpectations, type MetadataBlob, verifyBlob } from './blob.ts';
import { parseRevocationList } from './revocation-list.ts';

export interface BlobSource extends Omit<BlobExpectations, 'revocationLists'> {
  /** Files or addresses of certificate revocation lists, DER. */
  revocationLists?: readonly string[] | undefined;
  fetch?: typeof fetch | undefined;
}

/**
 * Returns the verified BLOB of a file or an https address.
 * @throws {UnavailableError} if it cannot be read, {UsageError} if it is not valid.
 */
export async function loadBlob(
  source: string,
  { revocationLists = [], ...expected }: BlobSource,
): Promise<MetadataBlob> {
  const text = (await read(source, expected)).toString('utf8').trim();
  const lists = await Promise.all(revocationLists.map((list) => read(list, expected)));
  try {
    return verifyBlob(text, { ...expected, revocationLists: lists.map((der) => parseRevocationList(der)) });
  } catch (cause) {
    if (!(cause instanceof RefusalError)) throw cause;
    throw new UsageError(`Cannot use the metadata of ${source}: ${cause.rule}: ${cause.detail}`, { cause });
  }
}

/** Returns the certificates of a file: PEM with one or more, or DER with one. @throws {UsageError} if there is none. */
export async function readRoots(file: string): Promise<Certificate[]> {
  const bytes = await read(file, {});
  const blocks = [...bytes.toString('latin1').matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)];
  const ders = blocks.length > 0 ? blocks.map(([, text = '']) => Buffer.from(text, 'base64')) : [bytes];
  try {
    return ders.map((der) => parseCertificate(new Uint8Array(der)));
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}: expected certificates in PEM, or one in DER`, { cause });
  }
}

async function read(source: string, { fetch: get = fetch }: Pick<BlobSource, 'fetch'>): Promise<Buffer> {
  try {
    if (!/^https?:/i.test(source)) return await readFile(source);
    if (!/^https:/i.test(source)) throw new Error('expected an address that begins with https://');
    const response = await get(source);
    if (!response.ok) throw new Error(`the server answered with status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    throw new UnavailableError(`Cannot read ${source}: ${messageOf(cause)}`, { cause });
  }
}
