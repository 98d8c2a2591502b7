import { describe, expect, it } from 'vitest';
import type { AuthenticatorOptions } from './create-authenticator.ts';
import { createAuthenticator } from './create-authenticator.ts';
import { findOptionProblems } from './model-options.ts';
import { type PersonaId, personas } from './personas/registry.ts';

const problemsOf = (options: AuthenticatorOptions) =>
  findOptionProblems(options).map(({ option, message }) => `${option}: ${message}`);

describe('findOptionProblems', () => {
  it.each<[options: AuthenticatorOptions, problem: string]>([
    [
      { persona: 'windows-hello-hardware', pin: '1234' },
      'pin: Cannot set a PIN: windows-hello-hardware has no client PIN',
    ],
    [{ persona: 'bitwarden', pin: '1234' }, 'pin: Cannot set a PIN: bitwarden has no client PIN'],
    [
      { persona: 'yubikey-5-fips', pin: '1234' },
      'pin: Cannot set a PIN of 4 code points and 4 bytes: expected at least 6 code points and at most 63 bytes',
    ],
    [
      { persona: 'yubikey-5-nfc', pin: '🔑'.repeat(16) },
      'pin: Cannot set a PIN of 16 code points and 64 bytes: expected at least 4 code points and at most 63 bytes',
    ],
    [
      { persona: { ...personas['touchstone-complete'], features: { maxPINLength: 8 } }, pin: '123456789' },
      'pin: Cannot set a PIN of 9 code points and 9 bytes: expected 4 to 8 code points and at most 63 bytes',
    ],
    [{ persona: 'yubikey-5-nfc', retries: 9 }, 'retries: Expected 0 to 8 PIN retries, got 9'],
    [
      { persona: 'yubikey-5-nfc', fingerprints: 1 },
      'fingerprints: Cannot enroll a fingerprint: yubikey-5-nfc reads none',
    ],
    [
      { persona: 'windows-hello-vbs', fingerprints: 1 },
      'fingerprints: Cannot enroll a fingerprint: windows-hello-vbs reads none',
    ],
    [
      { persona: 'yubikey-bio', fingerprints: 6 },
      'fingerprints: Cannot enroll 6 fingerprints: yubikey-bio stores at most 5',
    ],
    [
      { persona: 'windows-hello-hardware', algorithms: ['ES256', 'EdDSA'] },
      'algorithms: Cannot attest a key of EdDSA as tpm: expected ES256, ES384, ES512, RS256, RS384, RS512, RS1, PS256, PS384, PS512',
    ],
    [
      { persona: 'yubikey-5-nfc', attestation: 'fido-u2f', algorithms: ['RS256'] },
      'algorithms: Cannot attest a key of RS256 as fido-u2f: expected ES256',
    ],
    [
      {
        persona: { ...personas['touchstone-key'], id: 'second-factor', options: { rk: false } },
        credentialCapacity: 1,
      },
      'credentialCapacity: Cannot store 1 discoverable credentials: second-factor stores none',
    ],
  ])('refuses %o, and so does createAuthenticator', (options, problem) => {
    expect(problemsOf(options)).toEqual([problem]);
    expect(() => createAuthenticator(options)).toThrow(problem.replace(/^\w+: /, ''));
  });

  it('finds all problems at once', () => {
    expect(
      problemsOf({ persona: 'bitwarden', pin: '1', retries: -1, algorithms: ['ML-DSA-44'], attestation: 'fido-u2f' }),
    ).toHaveLength(3);
  });

  it('accepts the defaults of every persona, and no fingerprint where none is read', () => {
    for (const persona of Object.keys(personas) as PersonaId[])
      expect(problemsOf({ persona, retries: 0, fingerprints: 0, credentialCapacity: 0 })).toEqual([]);
  });

  it.each([
    [0, 0],
    [1, 1],
    [5, 5],
  ])('an authenticator with %i fingerprints has as many templates with different ids', (fingerprints, count) => {
    const { fingerprints: enrolled } = createAuthenticator({ persona: 'yubikey-bio', fingerprints }).inspect();
    expect(new Set(enrolled.map(({ templateId }) => templateId.toString())).size).toBe(count);
  });
});
