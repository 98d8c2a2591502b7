/**
 * Credential ids and the keys behind them.
 *
 * A credential's private key is derived from the authenticator's master secret and the nonce in its id, for discoverable
 * credentials as for others: nothing has to be stored or decrypted, ids have 64 bytes, twenty thousand registrations leave
 * no trace, and a reset is the loss of one secret. An id is `head(3) nonce(29) tag(32)`; the tag is an HMAC over head, nonce
 * and rpIdHash, so an id of another authenticator, another relying party or before a reset does not open.
 */
import { concat, mapKey } from '#base/bytes.ts';
import type { Random } from '#base/random.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { hkdfSha256, hmacSha256, importSigningKey, type SigningKey, sameBytes, secretFrom } from '#protocol/crypto.ts';
import type { InjectedCredential } from './attestation/injected.ts';

/** What an id says about its credential. */
export interface CredentialProperties {
  algorithm: CoseAlgorithm;
  /** CTAP 2.1 section 12.1: 1, 2 or 3. */
  credProtect: number;
  /** Only then the store knows it too. */
  discoverable: boolean;
  /** CTAP 2.2: it may serve payments that another party starts. */
  thirdPartyPayment?: boolean | undefined;
}

/** What the third byte of an id says beside credProtect. */
const idFlag = { thirdPartyPayment: 0x40, discoverable: 0x80 } as const;

const format = 0x01;
const algorithmOrder = Object.keys(coseAlgorithms) as CoseAlgorithm[];
const nonceLength = 29;
const tagAt = 3 + nonceLength;
const credentialIdLength = tagAt + 32;

/** Imported keys in memory: enough for 10,000 credentials in use, and no more whatever comes. */
const keysKept = 16_384;

export class CredentialKeys {
  /** 32 bytes; all that has to be kept to know the credentials again. */
  readonly master: Uint8Array;
  readonly #tagKey: Uint8Array;
  readonly #privateKey: Uint8Array;
  readonly #credRandomKey: Uint8Array;
  readonly #random: Random;
  readonly #imported = new Map<string, SigningKey>();
  readonly #injected = new Map<string, CredentialProperties>();
  /** Ids that opened, so that the next assertion need not check the tag again. */
  readonly #opened = new Map<string, { properties: CredentialProperties; rpIdHash: Uint8Array }>();
  readonly #unused: InjectedCredential[] = [];

  /** `master` is 32 bytes and lives until the next reset. */
  constructor(master: Uint8Array, random: Random) {
    const derive = (use: string) => hkdfSha256(master, new Uint8Array(32), use, 32);
    this.master = master;
    this.#tagKey = derive('credential id');
    this.#privateKey = derive('credential private key');
    this.#credRandomKey = derive('hmac-secret CredRandom');
    this.#random = random;
  }

  /** Takes in credentials of the caller's own: known from now on, and handed out in their order when new ones are made. */
  adopt(credentials: readonly InjectedCredential[]): void {
    for (const { credentialId, algorithm, secret } of credentials) {
      const name = mapKey(credentialId);
      this.#imported.set(name, importSigningKey(algorithm, secret, this.#random.deterministic));
      this.#injected.set(name, { algorithm, credProtect: 1, discoverable: false });
    }
    this.#unused.push(...credentials);
  }

  #takeInjected(properties: CredentialProperties) {
    const index = this.#unused.findIndex(({ algorithm }) => algorithm === properties.algorithm);
    const [given] = index < 0 ? [] : this.#unused.splice(index, 1);
    if (!given) return undefined;
    const { credentialId } = given;
    this.#injected.set(mapKey(credentialId), properties);
    return { credentialId, key: this.#imported.get(mapKey(credentialId)) as SigningKey };
  }

  /** A new credential id and its key, for one relying party. */
  create(properties: CredentialProperties, rpIdHash: Uint8Array) {
    const { algorithm, credProtect, discoverable, thirdPartyPayment } = properties;
    const flags =
      credProtect | (discoverable ? idFlag.discoverable : 0) | (thirdPartyPayment ? idFlag.thirdPartyPayment : 0);
    const given = this.#takeInjected(properties);
    if (given) return given;
    const head = new Uint8Array([format, algorithmOrder.indexOf(algorithm), flags]);
    const body = concat(head, this.#random.bytes(nonceLength));
    const credentialId = concat(body, this.#tag(body, rpIdHash));
    return { credentialId, key: this.#derive(credentialId, algorithm) };
  }

  /** What the id says, or undefined when it is none of ours for this relying party. */
  open(credentialId: Uint8Array, rpIdHash: Uint8Array): CredentialProperties | undefined {
    const name = mapKey(credentialId);
    const injected = this.#injected.get(name);
    if (injected) return injected;
    const known = this.#opened.get(name);
    if (known && sameBytes(known.rpIdHash, rpIdHash)) return known.properties;
    const properties = this.#unseal(credentialId, rpIdHash);
    if (!properties) return undefined;
    if (this.#opened.size >= keysKept) this.#opened.clear();
    this.#opened.set(name, { properties, rpIdHash });
    return properties;
  }

  #unseal(credentialId: Uint8Array, rpIdHash: Uint8Array): CredentialProperties | undefined {
    if (credentialId.length !== credentialIdLength || credentialId[0] !== format) return undefined;
    const tag = this.#tag(credentialId.subarray(0, tagAt), rpIdHash);
    const algorithm = algorithmOrder[credentialId[1]!];
    if (!sameBytes(tag, credentialId.subarray(tagAt)) || algorithm === undefined) return undefined;
    const flags = credentialId[2]!;
    return {
      algorithm,
      credProtect: flags & 0x03,
      discoverable: (flags & idFlag.discoverable) !== 0,
      ...(flags & idFlag.thirdPartyPayment && { thirdPartyPayment: true }),
    };
  }

  /** The key of a credential that `open` accepted. */
  signingKey(credentialId: Uint8Array, algorithm: CoseAlgorithm): SigningKey {
    const name = mapKey(credentialId);
    const known = this.#imported.get(name);
    if (known) return known;
    const key = this.#derive(credentialId, algorithm);
    if (this.#imported.size >= keysKept) this.#forgetOldest();
    this.#imported.set(name, key);
    return key;
  }

  /** Injected keys cannot be derived again: they stay. */
  #forgetOldest(): void {
    for (const name of this.#imported.keys()) {
      if (this.#injected.has(name)) continue;
      this.#imported.delete(name);
      return;
    }
  }

  /** CredRandomWithUV or CredRandomWithoutUV of a credential, 32 bytes (CTAP 2.1 section 12.5). */
  credRandom(credentialId: Uint8Array, userVerified: boolean): Uint8Array {
    return hmacSha256(this.#credRandomKey, concat(new Uint8Array([userVerified ? 1 : 0]), credentialId));
  }

  #tag(body: Uint8Array, rpIdHash: Uint8Array): Uint8Array {
    return hmacSha256(this.#tagKey, concat(body, rpIdHash));
  }

  #derive(credentialId: Uint8Array, algorithm: CoseAlgorithm): SigningKey {
    const secret = secretFrom(algorithm, (length, attempt) => {
      const bytes = hmacSha256(this.#privateKey, concat(credentialId, new Uint8Array([attempt])));
      return length === bytes.length ? bytes : hkdfSha256(bytes, new Uint8Array(32), algorithm, length);
    });
    return importSigningKey(algorithm, secret, this.#random.deterministic);
  }
}
