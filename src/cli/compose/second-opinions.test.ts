/**
 * python-fido2 (Debian: python3-fido2, 0.9) and libfido2 (libfido2-dev) as second opinions about disputed clauses: they have to accept the
 * answers of an authenticator that meets a requirement, and to reject those of one with the defect that violates it. Skipped, with the
 * reason, if they are not installed.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '#base/seeded-random.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { autoTouch, createAuthenticator, type DefectId, serveTcp, serveUdp } from '#emulator';
import { buildLibfido2Host } from '../../../emulator/transports/testing/libfido2-host.ts';
import { createKeyForHosts, runHostProgram } from '../../../emulator/transports/testing/third-party-host.ts';

const python = '/usr/bin/python3';
const client = new URL('../../../emulator/transports/testing/python_fido2_clauses.py', import.meta.url).pathname;

/** The clause of the Python program, the requirement about it, and a defect that proves the requirement. */
const pythonClauses: readonly (readonly [clause: string, requirement: string, defect: DefectId])[] = [
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

function findReasonToSkipPython(): string | undefined {
  try {
    const version = `${execFileSync(python, ['-c', 'import fido2; print(fido2.__version__)'], { stdio: 'pipe' })}`;
    return version.startsWith('0.9.') ? undefined : `expected python-fido2 0.9, found ${version.trim()}`;
  } catch {
    return 'python-fido2 is missing (apt-get install python3-fido2)';
  }
}

/** Returns the opinion about each clause, on authenticators without the defects or with them. */
async function askPython(withDefects: boolean): Promise<string[]> {
  const served = await Promise.all(
    pythonClauses.map((clause) => serveUdp(createFor(clause, withDefects), { port: 0 })),
  );
  try {
    const args = pythonClauses.flatMap(([clause], index) => [String(served[index]?.port), clause]);
    const { stdout } = await promisify(execFile)(python, [client, ...args], { timeout: 60_000 });
    return stdout.trim().split('\n');
  } finally {
    for (const key of served) await key[Symbol.asyncDispose]();
  }
}

const createFor = ([, requirement, defect]: (typeof pythonClauses)[number], withDefect: boolean) =>
  createAuthenticator({
    persona: 'touchstone-key',
    defects: withDefect ? [defect] : [],
    gestures: autoTouch,
    random: seededRandom(requirement),
  });

const reason = findReasonToSkipPython();
if (reason) console.info(`Skipped the second opinions of python-fido2: ${reason}`);

describe.skipIf(reason !== undefined)('python-fido2', () => {
  const opinions = { conforming: [] as string[], defective: [] as string[] };
  beforeAll(async () => {
    opinions.conforming = await askPython(false);
    opinions.defective = await askPython(true);
  }, 60_000);

  it.each(pythonClauses.map(([clause, id, defect], index) => ({ clause, id, defect, index })))(
    'agrees with $id: $clause',
    ({ id, defect, index }) => {
      expect(opinions.conforming[index]).toBe('accepts');
      expect(opinions.defective[index]).toMatch(/^rejects /);
      expect(authenticatorCatalogue.find((requirement) => requirement.id === id)?.provenBy).toContain(defect);
    },
  );
});

/** The operation of the program with libfido2, the requirement, and a defect that proves the requirement. */
const libfido2Clauses: readonly (readonly [operation: string, requirement: string, defect: DefectId])[] = [
  ['info', 'getinfo.versions.type', 'getinfo.type-versions'],
  ['info', 'getinfo.aaguid.type', 'getinfo.type-aaguid'],
  ['info', 'getinfo.options.type', 'getinfo.type-options'],
  ['make-without-pin', 'makecred.response.packed.self-signature', 'signature.bit-flipped'],
  ['make-without-pin', 'makecred.response.flags.up', 'flags.up-missing'],
  ['make-without-pin', 'makecred.response.public-key.form', 'cose.alg-missing'],
  ['make-without-pin', 'makecred.response.auth-data.layout', 'authdata.credential-id-length-beyond'],
  ['make-without-pin', 'makecred.response.rp-id-hash', 'authdata.rp-id-hash-other'],
  ['assert-without-pin', 'getassert.response.signature', 'signature.zero-at-sign-in'],
  ['assert-without-pin', 'getassert.response.signature.der', 'signature.raw'],
  ['wrong-pin', 'pin.retries.wrong-pin', 'status.wrong-pin-as-auth-invalid'],
  ['retries', 'pin.retries.decrease', 'pin.retries-double'],
  ['large-blob-read', 'largeblobs.write.replaces', 'largeblobs.write-ignored'],
];

const folder = mkdtempSync(join(tmpdir(), 'touchstone-second-opinion-'));
afterAll(() => rmSync(folder, { recursive: true }));
const host = join(folder, 'client');
const reasonOfLibfido2 = buildLibfido2Host(host);
if (reasonOfLibfido2) console.info(`Skipped the second opinions of libfido2: ${reasonOfLibfido2}`);

/** Returns what libfido2 says about each of its operations on a key with these defects. */
async function askLibfido2(defects: readonly DefectId[]): Promise<ReadonlyMap<string, string>> {
  await using served = await serveTcp(createKeyForHosts(defects), { port: 0 });
  return new Map(await runHostProgram(host, [String(served.port)]));
}

describe.skipIf(reasonOfLibfido2 !== undefined)('libfido2', () => {
  let conforming: ReadonlyMap<string, string>;
  let defective: ReadonlyMap<string, string>[];
  beforeAll(async () => {
    conforming = await askLibfido2([]);
    defective = await Promise.all(libfido2Clauses.map(([, , defect]) => askLibfido2([defect])));
  }, 60_000);

  it.each(libfido2Clauses.map(([operation, id, defect], index) => ({ operation, id, defect, index })))(
    'agrees with $id: $operation fails with $defect',
    ({ operation, id, defect, index }) => {
      expect(conforming.get(operation)).toBe('ok');
      expect(defective[index]?.get(operation)).toMatch(/^FIDO_ERR_/);
      expect(authenticatorCatalogue.find((requirement) => requirement.id === id)?.provenBy).toContain(defect);
    },
  );
});
