import { describe, expect, it } from 'vitest';
import { uint } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CredentialKeys } from './credential-keys.ts';
import { CredentialStore, type StoredCredential } from './credential-store.ts';

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

describe('the credential store', () => {
  it('lists the credentials of a relying party newest first; a replaced account becomes the newest', () => {
    const store = new CredentialStore(5);
    for (const index of [1, 2, 3]) store.put(credential(index, 'a'));
    store.put({ ...credential(1, 'a'), id: uint(9, 4) });
    expect(store.ofRelyingParty('a').map(({ id }) => id[3])).toEqual([9, 3, 2]);
    expect(store.byId(uint(1, 4))).toBeUndefined();
    expect(store.size).toBe(3);
  });

  it('refuses a credential beyond its capacity, but always replaces one of the same account', () => {
    const store = filled(3);
    expect(() => store.put(credential(3, 'rp-3'))).toThrow('CTAP2_ERR_KEY_STORE_FULL');
    store.put(credential(0, 'rp-0'));
    expect(store.remaining).toBe(0);
  });

  it('finds a credential among 10,000 as fast as among ten', () => {
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
    expect(timeOf(filled(10_000))).toBeLessThan(timeOf(filled(10)) * 10); // a linear search would take a thousand times as long
  });
});

describe('credential ids', () => {
  const rpIdHash = sha256('example.com');
  const properties = { algorithm: 'EdDSA', credProtect: 3, discoverable: false } as const;
  const keys = new CredentialKeys(new Uint8Array(32), systemRandom);

  it('contain the properties, readable only by their authenticator and for their relying party', () => {
    const { credentialId, key } = keys.create(properties, rpIdHash);
    expect(keys.readProperties(credentialId, rpIdHash)).toEqual(properties);
    expect(keys.signingKey(credentialId, 'EdDSA').spki).toEqual(key.spki);
    expect(keys.readProperties(credentialId, sha256('other'))).toBeUndefined();
    expect(
      new CredentialKeys(new Uint8Array(32).fill(1), systemRandom).readProperties(credentialId, rpIdHash),
    ).toBeUndefined();
  });

  it('are refused if any byte is changed', () => {
    const { credentialId } = keys.create(properties, rpIdHash);
    for (let index = 0; index < credentialId.length; index++) {
      const tampered = credentialId.slice();
      tampered[index] = (tampered[index] ?? 0) ^ 1;
      expect(keys.readProperties(tampered, rpIdHash)).toBeUndefined();
    }
    expect(keys.readProperties(credentialId.slice(1), rpIdHash)).toBeUndefined();
  });
});
