import { describe, expect, it } from 'vitest';
import { uint } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CredentialStore, type StoredCredential } from './credential-store.ts';
import { CredentialKeys } from './keys.ts';

const credential = (index: number, rpId: string): StoredCredential => ({
  id: uint(index, 4),
  rpId,
  user: { id: uint(index, 4) },
  algorithm: 'ES256',
  credProtect: 1,
  discoverable: true,
});

function filled(size: number): CredentialStore {
  const store = new CredentialStore(size);
  for (let index = 0; index < size; index++) store.put(credential(index, `rp-${index}`));
  return store;
}

describe('the store', () => {
  it('lists a relying party newest first, and puts an overwritten account in front', () => {
    const store = new CredentialStore(5);
    for (const index of [1, 2, 3]) store.put(credential(index, 'a'));
    store.put({ ...credential(1, 'a'), id: uint(9, 4) });
    expect(store.ofRelyingParty('a').map(({ id }) => id[3])).toEqual([9, 3, 2]);
    expect(store.byId(uint(1, 4))).toBeUndefined();
    expect(store.size).toBe(3);
  });

  it('refuses one too many, but an overwrite fits always', () => {
    const store = filled(3);
    expect(() => store.put(credential(3, 'rp-3'))).toThrow('CTAP2_ERR_KEY_STORE_FULL');
    store.put(credential(0, 'rp-0'));
    expect(store.remaining).toBe(0);
  });

  it('finds among 10,000 as fast as among ten', () => {
    const timeOf = (store: CredentialStore) => {
      const last = store.size - 1;
      const round = () => {
        const start = performance.now();
        for (let repeat = 0; repeat < 2000; repeat++) {
          store.byId(uint(last, 4));
          store.ofRelyingParty(`rp-${last}`);
        }
        return performance.now() - start;
      };
      return Math.min(...Array.from({ length: 7 }, round));
    };
    expect(timeOf(filled(10_000))).toBeLessThan(timeOf(filled(10)) * 10); // a search would take a thousand times as long
  });
});

describe('credential ids', () => {
  const rpIdHash = sha256('example.com');
  const properties = { algorithm: 'EdDSA', credProtect: 3, discoverable: false } as const;
  const keys = new CredentialKeys(new Uint8Array(32), systemRandom);

  it('say what the credential is, to their maker and for their relying party only', () => {
    const { credentialId, key } = keys.create(properties, rpIdHash);
    expect(keys.open(credentialId, rpIdHash)).toEqual(properties);
    expect(keys.signingKey(credentialId, 'EdDSA').spki).toEqual(key.spki);
    expect(keys.open(credentialId, sha256('other'))).toBeUndefined();
    expect(new CredentialKeys(new Uint8Array(32).fill(1), systemRandom).open(credentialId, rpIdHash)).toBeUndefined();
  });

  it('do not open when any byte differs', () => {
    const { credentialId } = keys.create(properties, rpIdHash);
    for (let index = 0; index < credentialId.length; index++) {
      const tampered = credentialId.slice();
      tampered[index]! ^= 1;
      expect(keys.open(tampered, rpIdHash)).toBeUndefined();
    }
    expect(keys.open(credentialId.slice(1), rpIdHash)).toBeUndefined();
  });
});
