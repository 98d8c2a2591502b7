import { expect, it } from 'vitest';
import { concat, utf8 } from '#base/bytes.ts';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { importSigningKey, sha256 } from '#protocol/crypto.ts';
import { createBase } from './cases/define.ts';
import { findShort, hasShortSignature, signUntil, withFullLengths } from './ecdsa-lengths.ts';
import type { SuiteEmulator } from './emulator-port.ts';
import { createCredential, makeRegistration } from './make-ceremony.ts';
import type { RegistrationChange } from './relying-party-case.ts';

const data = utf8('signed data');
const keyOf = (algorithm: 'ES256' | 'ES384') => {
  const secret = sha256('a key');
  return importSigningKey(algorithm, algorithm === 'ES384' ? new Uint8Array([...secret, ...secret.slice(16)]) : secret);
};

it.each(['ES256', 'ES384'] as const)('replaces a signature of %s whose r or s is short, and no other', (algorithm) => {
  const credentialKey = keyOf(algorithm);
  for (const name of ['r', 's'] as const) {
    const short = signUntil(credentialKey, data, (bytes) => findShort(algorithm, bytes)?.[name] === true);
    const full = withFullLengths(algorithm, short, { signed: data, credentialKey });
    expect(findShort(algorithm, full)).toEqual({ r: false, s: false });
    expect(withFullLengths(algorithm, full, { signed: data, credentialKey })).toBe(full);
  }
});

it('does not change signatures of other algorithms', () => {
  const credentialKey = importSigningKey('EdDSA', sha256('a key'));
  const signature = credentialKey.sign(data);
  expect(withFullLengths('EdDSA', signature, { signed: data, credentialKey })).toBe(signature);
});

/** ECDSA-Sig-Value with an r and an s of so many bytes. */
const signatureOf = (r: number, s: number): Uint8Array =>
  Uint8Array.from([0x30, r + s + 4, 2, r, ...new Array<number>(r).fill(1), 2, s, ...new Array<number>(s).fill(1)]);
const [short, full] = [signatureOf(31, 32), signatureOf(32, 32)];
const statementWith = (sig: Uint8Array, alg?: number) =>
  new Map<string, CborValue>(Object.entries({ sig, ...(alg !== undefined && { alg }) }));

it.each([
  ['a signature of ES256', statementWith(short, -7), true],
  ['a signature of fido-u2f, which names no algorithm', statementWith(short), true],
  ['one part of a compound statement', [new Map<string, CborValue>([['attStmt', statementWith(short, -7)]])], true],
  ['a signature of full lengths', statementWith(full, -7), false],
  ['a signature of another algorithm', statementWith(short, -257), false],
  ['a statement without a signature', new Map(), false],
])('finds whether r or s is short in %s', (_, attStmt, isShort) => {
  expect(hasShortSignature(attStmt)).toBe(isShort);
});

it('makes no registration with a short signature, unless a case changes the signature', async () => {
  const credential = createCredential('short', createBase({ attestation: 'packed-self' }));
  const ceremony = { challenge: 'AAAA', origin: 'https://example.org', rpId: 'example.org', userHandle: 'AAAA' };
  const registerWith = async (change: RegistrationChange) => {
    const signatures = [short, short, full];
    const process = async () =>
      concat(
        Uint8Array.of(0),
        encode(
          new Map<number, CborValue>([
            [1, 'packed'],
            [2, new Uint8Array(37)],
            [3, statementWith(signatures.shift() ?? full, -7)],
          ]),
        ),
      );
    const emulator = { createAuthenticator: () => ({ process }) } as unknown as SuiteEmulator;
    await makeRegistration(emulator, credential, ceremony, change);
    return signatures.length;
  };
  expect(await registerWith({})).toBe(0);
  expect(await registerWith({ authenticator: { signature: (bytes) => bytes } })).toBe(2);
});
