/**
 * python-fido2 (Debian: python3-fido2, 0.9) as a second opinion about disputed clauses: it has to accept the answers of an authenticator
 * that meets a requirement, and to reject those of one with the defect that violates it. Skipped, with the reason, if it is not installed.
 */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '#base/seeded-random.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { autoTouch, createAuthenticator, type DefectId, serveUdp } from '#emulator';

const python = '/usr/bin/python3';
const client = new URL('../../../emulator/transports/testing/python_fido2_clauses.py', import.meta.url).pathname;

/** The clause of the Python program, the requirement about it, and a defect that proves the requirement. */
const clauses: readonly (readonly [clause: string, requirement: string, defect: DefectId])[] = [
  ['packed-statement-is-valid', 'makecred.response.packed.self-signature', 'signature.bit-flipped'],
  ['assertion-is-signed', 'getassert.response.signature', 'signature.zero-at-sign-in'],
  ['assertion-is-signed', 'getassert.response.signature.der', 'signature.raw'],
  ['counter-increases', 'getassert.counter.increases', 'counter.falls'],
  ['presence-flag-is-set', 'makecred.response.flags.up', 'flags.up-missing'],
  ['excluded-credential-is-refused', 'makecred.exclude-list.match', 'registration.exclude-list-ignored'],
  ['unknown-credential-is-refused', 'getassert.allow-list.unknown', 'status.no-credentials-as-invalid'],
  ['wrong-pin-costs-one-retry', 'pin.retries.decrease', 'pin.retries-double'],
  ['third-wrong-pin-needs-power-cycle', 'pin.lock.third', 'pin.no-soft-lock'],
  ['short-pin-is-refused', 'pin.policy.set-three', 'ignored-error.pin-policy'],
  ['public-key-is-supported', 'makecred.response.public-key.form', 'cose.alg-missing'],
  ['presence-flag-is-set', 'makecred.response.auth-data.layout', 'authdata.trailing-byte'],
];

function findReasonToSkip(): string | undefined {
  try {
    const version = `${execFileSync(python, ['-c', 'import fido2; print(fido2.__version__)'], { stdio: 'pipe' })}`;
    return version.startsWith('0.9.') ? undefined : `expected python-fido2 0.9, found ${version.trim()}`;
  } catch {
    return 'python-fido2 is missing (apt-get install python3-fido2)';
  }
}

/** Returns the opinion about each clause, on authenticators without the defects or with them. */
async function askPython(withDefects: boolean): Promise<string[]> {
  const served = await Promise.all(clauses.map((clause) => serveUdp(createFor(clause, withDefects), { port: 0 })));
  try {
    const args = clauses.flatMap(([clause], index) => [String(served[index]?.port), clause]);
    const { stdout } = await promisify(execFile)(python, [client, ...args], { timeout: 60_000 });
    return stdout.trim().split('\n');
  } finally {
    for (const key of served) await key[Symbol.asyncDispose]();
  }
}

const createFor = ([, requirement, defect]: (typeof clauses)[number], withDefect: boolean) =>
  createAuthenticator({
    persona: 'touchstone-key',
    defects: withDefect ? [defect] : [],
    gestures: autoTouch,
    random: seededRandom(requirement),
  });

const reason = findReasonToSkip();
if (reason) console.info(`Skipped the second opinions: ${reason}`);

describe.skipIf(reason !== undefined)('python-fido2', () => {
  const opinions = { conforming: [] as string[], defective: [] as string[] };
  beforeAll(async () => {
    opinions.conforming = await askPython(false);
    opinions.defective = await askPython(true);
  }, 60_000);

  it.each(clauses.map(([clause, id, defect], index) => ({ clause, id, defect, index })))(
    'agrees with $id: $clause',
    ({ id, defect, index }) => {
      expect(opinions.conforming[index]).toBe('accepts');
      expect(opinions.defective[index]).toMatch(/^rejects /);
      expect(authenticatorCatalogue.find((requirement) => requirement.id === id)?.provenBy).toContain(defect);
    },
  );
});
