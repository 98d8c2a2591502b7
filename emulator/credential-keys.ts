/**
 * Credential ids and their private keys.
 *
 * The private key of a credential, discoverable or not, is derived from the authenticator's master key and the nonce in the
 * credential id. Nothing has to be stored for a key, ids have a fixed length of 64 bytes, and a reset only replaces the master key.
 * An id is `head(3) nonce(29) tag(32)`. The tag is an HMAC over head, nonce and rpIdHash, so an id of another authenticator,
 * of another relying party or from before a reset is not accepted.
 */
import { concat, mapKey } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import {
  derivePrivateKey,
  hkdfSha256,
  hmacSha256,
  importSigningKey,
  type SigningKey,
  sameBytes,
} from '#protocol/crypto.ts';
import type { InjectedCredential } from './attestation/injected-keys.ts';

/** What an id contains about its credential. */
export interface CredentialProperties {
  algorithm: CoseAlgorithm;
  /** CTAP 2.1 section 12.1: 1, 2 or 3. */
  credProtect: number;
  /** Discoverable credentials are also in the credential store. */
  discoverable: boolean;
  /** CTAP 2.2: the credential can be used for payments that a third party starts. */
  thirdPartyPayment?: boolean | undefined;
}

/** Bits in the third byte of an id; its two lowest bits are credProtect. */
const idFlag = { thirdPartyPayment: 0x40, discoverable: 0x80 } as const;

const format = 0x01;
const algorithmOrder = Object.keys(coseAlgorithms) as CoseAlgorithm[];
const nonceLength = 29;
const tagAt = 3 + nonceLength;
/** In bytes. */
export const credentialIdLength = tagAt + 32;

/** Maximum number of cached keys: enough for 10,000 credentials in use, with bounded memory. */
const maxCachedKeys = 16_384;

export class CredentialKeys {
  /** 32 bytes. The only secret that has to be stored. */
  readonly master: Uint8Array;
  readonly #tagKey: Uint8Array;
  readonly #privateKey: Uint8Array;
  readonly #credRandomKey: Uint8Array;
  readonly #random: Random;
  readonly #imported = new Map<string, SigningKey>();
  readonly #injected = new Map<string, CredentialProperties>();
  /** Ids whose tag has been verified, so that the next assertion does not verify it again. */
  readonly #verified = new Map<string, { properties: CredentialProperties; rpIdHash: Uint8Array }>();
  readonly #unused: InjectedCredential[] = [];

  /** `master` is 32 bytes and does not change until the next reset. */
  constructor(master: Uint8Array, random: Random) {
    const derive = (use: string) => hkdfSha256(master, new Uint8Array(32), use, 32);
    this.master = master;
    this.#tagKey = derive('credential id');
    this.#privateKey = derive('credential private key');
    this.#credRandomKey = derive('hmac-secret CredRandom');
    this.#random = random;
  }

  /** Adds credentials of the caller. They are known at once, and `create` returns them in their order. */
  addInjected(credentials: readonly InjectedCredential[]): void {
    for (const { credentialId, algorithm, secret } of credentials) {
      const name = mapKey(credentialId);
      this.#imported.set(name, importSigningKey(algorithm, secret, this.#random.deterministic));
      this.#injected.set(name, { algorithm, credProtect: 1, discoverable: false });
    }
    this.#unused.push(...credentials);
  }

  #takeInjected(properties: CredentialProperties) {
    const index = this.#unused.findIndex(({ algorithm }) => algorithm === properties.algorithm);
    const [injected] = index < 0 ? [] : this.#unused.splice(index, 1);
    if (!injected) return undefined;
    const { credentialId } = injected;
    this.#injected.set(mapKey(credentialId), properties);
    return { credentialId, key: this.#imported.get(mapKey(credentialId)) as SigningKey };
  }

  /** Returns a new credential id and its key, for one relying party. */
  create(properties: CredentialProperties, rpIdHash: Uint8Array) {
    const { algorithm, credProtect, discoverable, thirdPartyPayment } = properties;
    const flags =
      credProtect | (discoverable ? idFlag.discoverable : 0) | (thirdPartyPayment ? idFlag.thirdPartyPayment : 0);
    const injected = this.#takeInjected(properties);
    if (injected) return injected;
    const head = new Uint8Array([format, algorithmOrder.indexOf(algorithm), flags]);
    const body = concat(head, this.#random.bytes(nonceLength));
    const credentialId = concat(body, this.#tag(body, rpIdHash));
    return { credentialId, key: this.#derive(credentialId, algorithm) };
  }

  /** Returns the properties in the id, or undefined if this authenticator did not make it for this relying party. */
  readProperties(credentialId: Uint8Array, rpIdHash: Uint8Array): CredentialProperties | undefined {
    const name = mapKey(credentialId);
    const injected = this.#injected.get(name);
    if (injected) return injected;
    const known = this.#verified.get(name);
    if (known && sameBytes(known.rpIdHash, rpIdHash)) return known.properties;
    const properties = this.#verify(credentialId, rpIdHash);
    if (!properties) return undefined;
    if (this.#verified.size >= maxCachedKeys) this.#verified.clear();
    this.#verified.set(name, { properties, rpIdHash });
    return properties;
  }

  #verify(credentialId: Uint8Array, rpIdHash: Uint8Array): CredentialProperties | undefined {
    if (credentialId.length !== credentialIdLength || credentialId[0] !== format) return undefined;
    const tag = this.#tag(credentialId.subarray(0, tagAt), rpIdHash);
    const [, algorithmIndex = 0, flags = 0] = credentialId;
    const algorithm = algorithmOrder[algorithmIndex];
    if (!sameBytes(tag, credentialId.subarray(tagAt)) || algorithm === undefined) return undefined;
    return {
      algorithm,
      credProtect: flags & 0x03,
      discoverable: (flags & idFlag.discoverable) !== 0,
      ...(flags & idFlag.thirdPartyPayment && { thirdPartyPayment: true }),
    };
  }

  /** Returns the key of a credential whose id `readProperties` accepted. */
  signingKey(credentialId: Uint8Array, algorithm: CoseAlgorithm): SigningKey {
    const name = mapKey(credentialId);
    const known = this.#imported.get(name);
    if (known) return known;
    const key = this.#derive(credentialId, algorithm);
    if (this.#imported.size >= maxCachedKeys) this.#removeOldestDerived();
    this.#imported.set(name, key);
    return key;
  }

  /** Injected keys cannot be derived again, so they stay in the cache. */
  #removeOldestDerived(): void {
    for (const name of this.#imported.keys()) {
      if (this.#injected.has(name)) continue;
      this.#imported.delete(name);
      return;
    }
  }

  /** Returns CredRandomWithUV or CredRandomWithoutUV of a credential, 32 bytes (CTAP 2.1 section 12.5). */
  credRandom(credentialId: Uint8Array, userVerified: boolean): Uint8Array {
    return hmacSha256(this.#credRandomKey, concat(new Uint8Array([userVerified ? 1 : 0]), credentialId));
  }

  #tag(body: Uint8Array, rpIdHash: Uint8Array): Uint8Array {
    return hmacSha256(this.#tagKey, concat(body, rpIdHash));
  }

  #derive(credentialId: Uint8Array, algorithm: CoseAlgorithm): SigningKey {
    const secret = derivePrivateKey(algorithm, (length, attempt) => {
      const bytes = hmacSha256(this.#privateKey, concat(credentialId, new Uint8Array([attempt])));
      return length === bytes.length ? bytes : hkdfSha256(bytes, new Uint8Array(32), algorithm, length);
    });
    return importSigningKey(algorithm, secret, this.#random.deterministic);
  }
}
