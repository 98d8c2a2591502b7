/**
 * WebAuthn L3 section 16 "Test Vectors", reproduced through the public API. The tests compare SHA-256 digests: of
 * clientDataJSON and attestationObject, and of clientDataJSON, authenticatorData and signature, concatenated. The
 * digests of packed.ES384, packed.ES512, packed.Ed448, tpm.ES256 and of the authentication of android-key.ES256 come
 * from the derivation in that section; the others were also compared with the published values.
 */
import { expect, it } from 'vitest';
import { concat, toHex } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { runW3cCeremonies, w3cAuthority, w3cVectors } from './testing/w3c-vectors.ts';

const rootDigest = '68ff927708f5d229252ffe4a1c6842c11998d1e1fa2b46138bb5642eff9b161b';

const digests: Record<string, { registration: string; authentication: string }> = {
  'none.ES256': {
    registration: 'ca116797d5733da69f40faafb9b8db9f3b9bf01aef951e4092f366a00199a57c',
    authentication: '2c362f8399198d53ff577cf5c98d36c57758f3843bf1cb3cc44efb60e91e7896',
  },
  'packed-self.ES256': {
    registration: 'fd0d89d617360cd0de376a18b8416a646bffc223d671fdfa3225d3eb86193628',
    authentication: 'c6fbf36dee584187056e3feb241eed60ff625d7205fca6d13200883973236cd6',
  },
  'none.ES256.crossOrigin': {
    registration: '2326afe295be7a996ee6b96eecb95b6e68d871bfb1ed50259614cfd0aaac4000',
    authentication: '4307d45f111f57bc17f2edfa086b5b64295488c7b7b73e895b14c7d73a0c5a43',
  },
  'none.ES256.topOrigin': {
    registration: '4c9d95e4521ed0b6b6e2afaa37f308143151ebbde039550ee36b07b03bb6b248',
    authentication: 'c9855cfc7900aeca3eee8edb4ead5ea11ab946762eaa8fb09e2f1bc8144ba02e',
  },
  'none.ES256.long-credential-id': {
    registration: 'cd55eafcd226de9025858c83e98edf5f7a2a22218c1e031a4a918c10faa01ba5',
    authentication: 'dd43a1faa55c19bda5944b6148098b43faadc80580c295f58100f9c79719eacd',
  },
  'packed.ES256': {
    registration: 'a644533cb10ce3b7c08aeed4671156a298c4a34b7bacb1cc5caa793d6ccb63ed',
    authentication: '0b0fd0b617a2cee9e0837a37cf344b20d7dc525df31c2ec2226e23c92cfd1c07',
  },
  'packed.ES384': {
    registration: '6c03e36d4013a93f5d3556422e8fcf7d2e7150e38d8111188c849ea0590455d9',
    authentication: '473443546730ea748c813c805df1946ee3e171a5f15ac3aa7cd9ef1cc7f5b714',
  },
  'packed.ES512': {
    registration: 'd8f892579d0472a38c74fa1fb939c646ce87025aa22ebe6f19ac1b180267b5cc',
    authentication: '8c65062f9738543d18449574ee90009a1fdff15bc57dc399a61a9841df9156f2',
  },
  'packed.RS256': {
    registration: '4b37bf3d5b02deeabeaca7047d6974c576a46081c2a061c1df178c9f8cecd068',
    authentication: '91b248f83f55ee49d7b92e8a3fd1183bcfea7055e745968c6d12c5e865a17831',
  },
  'packed.EdDSA': {
    registration: '6c5e33303a0a8683d729cf14ce4157866cafd259930e6b66b4a924f6159c1937',
    authentication: '1350478bdd45d9a7f8ee73b9de3f4c207521b741d51178e2c8e1ff562718fcdb',
  },
  'packed.Ed448': {
    registration: '227314d273df9241d6ee37bc7517e7d792f2fd6bb040472d4b62fdd7257908a2',
    authentication: 'ec290c61dfb21b61fefdaaba4f6e0328df98bae88ff8f0ad74a8513f2eff3db1',
  },
  'tpm.ES256': {
    registration: '0c56a53eb6832c281e3f2720fb5f212fb4e53f642df7e83889f70eeaf46b4122',
    authentication: '3f76ac711c1cfe12c874c52a39800e6a890b7a19148d5552bbd83888c2a0fa12',
  },
  'android-key.ES256': {
    registration: 'f91cea969452c6b52822d69305c4c5893d6ab2554cd4a5f0b2e5b817b1826453',
    authentication: '57a5ca978f3e8688b57c15bd6018c84950006f262eeef4ab7490a34f116db2cd',
  },
  'apple.ES256': {
    registration: 'c56d857ddc96abcad55f86dae086070870d766eafe2bbd78afa511f387a6a3af',
    authentication: '3138c9115c24620e729d4dd39fe0af3956755a5dc95e8c8c961f6a66eabb4061',
  },
  'fido-u2f.ES256': {
    registration: 'c263ebbbcc560350044eccb0affb907f7a31c6d1821e004a36c71ef55ee4ebb7',
    authentication: 'e1be045b4984beb0139d295968f4cb6062e799225e918cf48c41fa61cd97aec3',
  },
};

const digestOf = (...parts: Uint8Array[]) => toHex(sha256(concat(...parts)));

it('reproduces the attestation trust root certificate', () => {
  expect(digestOf(w3cAuthority().certificate)).toBe(rootDigest);
});

it('has all 15 vectors', () => {
  expect(w3cVectors.map(({ name }) => name)).toEqual(Object.keys(digests));
  expect(w3cVectors).toHaveLength(15);
});

it.each(w3cVectors.map((vector) => [vector.name, vector] as const))('reproduces %s', async (name, vector) => {
  const { registration, authentication } = await runW3cCeremonies(vector);
  const { clientDataJSON, authenticatorData, signature } = authentication;
  expect({
    registration: digestOf(registration.clientDataJSON, registration.attestationObject),
    authentication: digestOf(clientDataJSON, authenticatorData, signature),
  }).toEqual(digests[name]);
});
