import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { loadScenarios } from '#scenario/language/load.ts';
import type { ScenarioAuthenticator } from '#scenario/language/schema/authenticator.ts';
import { provideEmulatedAuthenticators } from './emulated-authenticators.ts';
import { vocabulary } from './emulator-catalogue.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function errorsIn(files: Record<string, string>, devices?: string[]) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const options = { projectRoot: folder, ...vocabulary, ...(devices && { devices }) };
  const { diagnostics } = loadScenarios(['a.yaml'], options);
  return diagnostics.map(
    ({ file, line, column, message, hint }) => `${file}:${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`,
  );
}
const scenario = (text: string) => `id: a\nsteps: [reload]\n${text}\n`;

describe('a setting that the persona does not support is an error at its place', () => {
  it.each([
    [
      'a PIN without PIN support',
      'authenticator: { persona: windows-hello-hardware, pin: { set: "1234" } }',
      'a.yaml:3:63 Cannot set a PIN: windows-hello-hardware has no client PIN | The persona is set in a.yaml:3',
    ],
    [
      'a blocked PIN without PIN support',
      'authenticator: { persona: bitwarden, pin: blocked }',
      'a.yaml:3:43 Cannot set a PIN: bitwarden has no client PIN | The persona is set in a.yaml:3',
    ],
    [
      'a PIN that is too short for the persona',
      'authenticator: { persona: yubikey-5-fips, pin: { set: "1234" } }',
      'a.yaml:3:55 Cannot set a PIN of 4 code points and 4 bytes: expected at least 6 code points and at most 63 bytes | The persona is set in a.yaml:3',
    ],
    [
      'a PIN that is too long for the default persona',
      `authenticator: { pin: { set: "${'1'.repeat(64)}" } }`,
      'a.yaml:3:30 Cannot set a PIN of 64 code points and 64 bytes: expected at least 4 code points and at most 63 bytes',
    ],
    [
      'fingerprints without a sensor',
      'authenticator: { persona: yubikey-5-nfc, fingerprints: 2 }',
      'a.yaml:3:56 Cannot enroll a fingerprint: yubikey-5-nfc reads none | The persona is set in a.yaml:3',
    ],
    [
      'more fingerprints than the persona stores',
      'authenticator: { persona: yubikey-bio, fingerprints: 6 }',
      'a.yaml:3:54 Cannot enroll 6 fingerprints: yubikey-bio stores at most 5 | The persona is set in a.yaml:3',
    ],
    [
      'a USB transport for a persona without USB',
      'browser: { stack: native }\nauthenticator: { persona: apple-passwords, transport: uhid }',
      'a.yaml:4:55 Cannot attach apple-passwords with uhid, which is USB: it has internal, hybrid | The persona is set in a.yaml:4',
    ],
    [
      'an algorithm that the attestation of the persona cannot attest',
      'authenticator: { persona: windows-hello-hardware, algorithms: [EdDSA] }',
      'a.yaml:3:51 Cannot attest a key of EdDSA as tpm: expected ES256, ES384, ES512, RS256, RS384, RS512, RS1, PS256, PS384, PS512 | The persona is set in a.yaml:3',
    ],
    [
      'an algorithm that the chosen attestation cannot attest',
      'authenticator: { persona: yubikey-5-nfc, fmt: fido-u2f, algorithms: [ES256, RS256] }',
      'a.yaml:3:57 Cannot attest a key of RS256 as fido-u2f: expected ES256 | The persona is set in a.yaml:3',
    ],
  ])('%s', (_what, text, error) => {
    expect(errorsIn({ 'a.yaml': scenario(text) })).toEqual([error]);
  });

  it('also if an included file sets it', () => {
    const files = {
      'a.yaml': `include: [b.yaml]\n${scenario('cases: [{ id: one, authenticator: { persona: bitwarden } }]')}`,
      'b.yaml': 'authenticator:\n  pin: { set: "1234" }\n',
    };
    expect(errorsIn(files)).toEqual([
      'b.yaml:2:15 Cannot set a PIN: bitwarden has no client PIN | The persona is set in a.yaml:4',
    ]);
  });

  it('for each persona of a matrix', () => {
    const matrix = 'matrix: { authenticator.persona: [yubikey-bio, yubikey-5-nfc, solo] }';
    expect(errorsIn({ 'a.yaml': scenario(`authenticator: { fingerprints: 1 }\n${matrix}`) })).toEqual([
      'a.yaml:3:32 Cannot enroll a fingerprint: solo reads none | The persona is set in a.yaml:4',
      'a.yaml:3:32 Cannot enroll a fingerprint: yubikey-5-nfc reads none | The persona is set in a.yaml:4',
    ]);
  });

  it('for each value of a matrix', () => {
    const matrix = 'matrix: { authenticator.fingerprints: [0, 1, 2] }';
    expect(errorsIn({ 'a.yaml': scenario(`authenticator: { persona: solo }\n${matrix}`) })).toEqual([
      'a.yaml:4:43 Cannot enroll a fingerprint: solo reads none | The persona is set in a.yaml:3',
      'a.yaml:4:46 Cannot enroll a fingerprint: solo reads none | The persona is set in a.yaml:3',
    ]);
  });

  it('but not if null removes it, or a real key replaces the persona', () => {
    const inherited = 'authenticator: { persona: bitwarden, pin: { set: "1234" } }';
    expect(
      errorsIn({ 'a.yaml': scenario(`${inherited}\ncases: [{ id: one, authenticator: { pin: null } }]`) }),
    ).toEqual([]);
    expect(errorsIn({ 'a.yaml': scenario(inherited) }, ['5234567'])).toEqual([]);
    expect(errorsIn({ 'a.yaml': scenario(inherited) }, ['emulator'])).toHaveLength(1);
  });
});

describe('provideEmulatedAuthenticators', () => {
  const provide = (authenticator: ScenarioAuthenticator) =>
    provideEmulatedAuthenticators({ authenticator } as ExpandedCase, {
      clock: new AdjustableClock(),
      random: systemRandom,
      elapsedMs: () => 0,
      operator: { perform: async () => undefined },
    });

  it.each(['yubikey-5-fips', 'token2-pin-plus', 'yubikey-5-nfc'])('provides %s with a blocked PIN', async (persona) => {
    await using authenticators = await provide({ persona, pin: 'blocked' });
    expect(authenticators.key.inspect()).toMatchObject({ pin: 'blocked', pinRetries: 0 });
  });
});
