import { describe, expect, it } from 'vitest';
import { fromBase64url } from '#base/bytes.ts';
import {
  w3cVectors as derivations,
  runW3cCeremonies,
  w3cAuthority,
} from '../../../../emulator/attestation/testing/w3c-vectors.ts';
import { w3cRoot, w3cVectors } from './w3c-vectors.ts';

describe('the test vectors of WebAuthn L3', () => {
  it('are those of the specification, all of them', () => {
    expect(w3cVectors.map(({ name }) => name)).toEqual(derivations.map(({ name }) => name));
    expect(fromBase64url(w3cRoot)).toEqual(w3cAuthority().certificate);
  });

  it.each(derivations.map((one) => [one.name, one] as const))(
    '%s has the bytes of the derivation',
    async (name, one) => {
      const { registration, authentication } = await runW3cCeremonies(one);
      const encode = (values: Record<string, Uint8Array>) =>
        Object.fromEntries(
          Object.entries(values).map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64url')]),
        );
      expect(w3cVectors.find((vector) => vector.name === name)).toMatchObject({
        registration: encode(registration),
        authentication: encode(authentication),
      });
    },
  );
});
