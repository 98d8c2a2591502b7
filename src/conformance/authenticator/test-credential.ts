/** A credential that a case registers, and how it registers it. */
import type { CborMap, CborValue } from '#protocol/cbor.ts';

/** What differs from the plainest registration. */
export interface RegistrationOptions {
  rk?: boolean | undefined;
  /** Default: the first algorithm of getInfo. */
  algorithm?: number | undefined;
  rpId?: string | undefined;
  /** 16 bytes; default: the same for all requests of a case. */
  userId?: Uint8Array | undefined;
  extensions?: CborMap | undefined;
  excludeList?: CborValue[] | undefined;
  /** False: without user verification, also where the authenticator requires it. */
  verified?: boolean | undefined;
}

/** A credential that the case has created. */
export interface TestCredential {
  id: Uint8Array;
  rpId: string;
  userId: Uint8Array;
  publicKey: CborMap;
  signCount: number;
  /** Outputs of extensions in authenticator data. */
  extensions: CborMap;
  /** The members of the answer. */
  members: CborMap;
}
