/** Changes of certInfo and pubArea in a statement of the format tpm: WebAuthn L3 section 8.3; TPM 2.0 Library, part 2. */
import { concat } from '#base/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { RegistrationChange, SigningContext } from '../relying-party-case.ts';
import { statement } from './certificates.ts';

export const members = 'tpm.members';
export const structure = 'tpm.structure';

/** Changes certInfo and signs it again. */
export const certInfo = (change: (bytes: Uint8Array, context: SigningContext) => Uint8Array): RegistrationChange =>
  statement((all, context) => signAgain(all, change(all.get('certInfo') as Uint8Array, context), context));

const signAgain = (all: CborMap, info: Uint8Array, { attestationKey }: SigningContext): CborMap =>
  new Map(all).set('certInfo', info).set('sig', attestationKey.sign(info));

/** Offset of the digest of the name in certInfo: after magic, type, qualifiedSigner, extraData, clockInfo, firmwareVersion, length and algorithm. */
export const nameAt = 6 + 36 + 34 + 17 + 8;
export const nameDigestAt = nameAt + 4;

/** Changes pubArea, writes its name to certInfo, and signs again. */
export const pubArea = (change: (bytes: Uint8Array) => Uint8Array): RegistrationChange =>
  statement((all, context) => {
    const area = change(all.get('pubArea') as Uint8Array);
    const info = all.get('certInfo') as Uint8Array;
    const renamed = concat(info.subarray(0, nameDigestAt), sha256(area), info.subarray(nameDigestAt + 32));
    return signAgain(new Map(all).set('pubArea', area), renamed, context);
  });

export const setAt =
  (at: number, ...bytes: number[]) =>
  (all: Uint8Array): Uint8Array =>
    concat(all.subarray(0, at), Uint8Array.from(bytes), all.subarray(at + bytes.length));
export const extraDataAt = 6 + 36 + 2;
