/**
 * The reference relying party rejects every defect that a relying party must detect, in the right ceremony and for the
 * right reason.
 */
import { describe, expect, it } from 'vitest';
import { type DefectId, defectGroups, defects } from '../index.ts';
import { runCeremony } from './testing/ceremony.ts';

/** Defects by ceremony and reason of the rejection; `body-invalid` means that not even the credential id can be read. */
const expectedVerdicts: Record<string, readonly DefectId[]> = {
  'registration: user-presence-missing': ['flags.up-missing'],
  'registration: user-verification-missing': ['flags.uv-missing'],
  'registration: auth-data-invalid': [
    'flags.all-clear',
    'flags.at-missing',
    'authdata.cut-in-credential-id',
    'authdata.trailing-byte',
    'authdata.doubled',
    'authdata.not-attested',
    'authdata.extensions-not-a-map',
    'authdata.credential-id-length-more',
    'authdata.credential-id-length-less',
    'authdata.credential-id-length-beyond',
    'cose.cut-off',
    'cose.absent',
    'cose.not-a-map',
    'cose.unsorted',
    'cose.duplicate-member',
    'cose.indefinite',
  ],
  'sign-in: auth-data-invalid': ['flags.all-set', 'flags.ed-claimed', 'flags.at-claimed-at-sign-in'],
  'registration: backup-state-invalid': ['flags.bs-without-be'],
  'sign-in: backup-state-invalid': ['flags.be-changes'],
  'sign-in: user-presence-missing': ['flags.up-missing-at-sign-in'],
  'sign-in: user-verification-missing': ['flags.uv-missing-at-sign-in'],
  'sign-in: accepted': ['counter.stuck'],
  'sign-in: counter-went-back': ['counter.falls', 'counter.zero-at-sign-in', 'counter.exhausted'],
  'registration: attestation-invalid': [
    'signature.zero',
    'signature.empty',
    'signature.cut-off',
    'signature.bit-flipped',
    'signature.raw',
    'signature.der-padded',
    'signature.r-zero',
    'signature.s-zero',
    'signature.r-and-s-swapped',
    'signature.other-challenge',
    'signature.no-challenge',
    'signature.other-auth-data',
    'authdata.aaguid-other',
    'authdata.aaguid-zero',
    'attestation.fmt-none-with-statement',
    'attestation.fmt-of-another',
    'attestation.empty',
    'attestation.alg-missing',
    'attestation.alg-other',
    'attestation.alg-unknown',
    'attestation.alg-text',
    'attestation.sig-missing',
    'attestation.sig-text',
    'attestation.member-more',
    'attestation.ecdaa-key-id',
    'attestation.x5c-missing',
    'attestation.x5c-empty',
    'attestation.x5c-bytes',
    'attestation.x5c-text',
    'attestation.x5c-reversed',
    'attestation.x5c-leaf-cut-off',
    'attestation.x5c-leaf-trailing',
    'attestation.x5c-leaf-garbage',
    'certificate.version-1',
    'certificate.version-2',
    'certificate.subject-c-missing',
    'certificate.subject-c-long',
    'certificate.subject-o-missing',
    'certificate.subject-o-empty',
    'certificate.subject-ou-missing',
    'certificate.subject-ou-other',
    'certificate.subject-ou-case',
    'certificate.subject-cn-missing',
    'certificate.subject-cn-empty',
    'certificate.subject-empty',
    'certificate.key-other',
    'certificate.key-off-curve',
    'certificate.ca',
    'certificate.basic-constraints-missing',
    'certificate.extension-twice',
    'certificate.extension-unknown-critical',
    'certificate.aaguid-other',
    'certificate.aaguid-critical',
    'certificate.aaguid-unwrapped',
    'certificate.aaguid-text',
  ],
  'sign-in: signature-invalid': ['signature.zero-at-sign-in', 'signature.other-auth-data-at-sign-in'],
  'registration: rp-id-mismatch': ['authdata.rp-id-hash-other', 'authdata.rp-id-hash-zero', 'authdata.rp-id-hash-bit'],
  'registration: body-invalid': [
    'authdata.empty',
    'authdata.cut-before-flags',
    'authdata.cut-in-counter',
    'authdata.cut-in-aaguid',
    'authdata.credential-id-empty',
  ],
  'registration: credential-id-invalid': ['authdata.credential-id-too-long', 'authdata.credential-id-short'],
  'sign-in: credential-unknown': [
    'authdata.credential-id-shared',
    'assertion.credential-other',
    'assertion.user-missing',
    'assertion.user-other',
  ],
  'registration: public-key-invalid': [
    'cose.empty-map',
    'cose.kty-missing',
    'cose.alg-missing',
    'cose.crv-missing',
    'cose.x-missing',
    'cose.y-missing',
    'cose.kty-okp',
    'cose.kty-unknown',
    'cose.alg-text',
    'cose.crv-p384',
    'cose.crv-ed25519',
    'cose.x-short',
    'cose.x-long',
    'cose.x-text',
    'cose.y-short',
    'cose.y-sign-bit',
    'cose.off-curve',
    'cose.infinity',
    'cose.private-part',
    'cose.key-id',
  ],
  'registration: algorithm-not-allowed': ['cose.alg-not-asked', 'cose.alg-of-hash'],
  'registration: attestation-format-unknown': ['attestation.fmt-unknown', 'attestation.fmt-case'],
  'registration: attestation-object-invalid': ['attestation.fmt-empty'],
  'registration: attestation-untrusted': [
    'attestation.x5c-without-intermediate',
    'attestation.x5c-leaf-twice',
    'attestation.x5c-stranger',
    'attestation.x5c-leaf-tampered',
    'attestation.untrusted-root',
    'certificate.issuer-other',
    'certificate.expired',
    'certificate.not-yet-valid',
    'certificate.dates-swapped',
  ],
};
const expected = Object.entries(expectedVerdicts).flatMap(([verdict, ids]) =>
  ids.map((id): [DefectId, string] => [id, verdict]),
);

describe('reference relying party', () => {
  it.each(expected)('responds to the defect %s with the verdict "%s"', async (defect, verdict) => {
    const verdicts = await runCeremony([defect]);
    const ceremony = verdicts.length === 1 ? 'registration' : 'sign-in';
    expect(`${ceremony}: ${verdicts.at(-1)}`).toBe(verdict);
  });
});

describe('reference relying party with incorrectly encoded signatures', () => {
  const misencoded = ['signature.trailing-byte', 'signature.der-long-length', 'signature.der-padded'] as const;
  it.each(misencoded)('rejects %s in an attestation statement', async (defect) => {
    expect(await runCeremony([defect])).toEqual(['attestation-invalid']);
  });
  it.each(misencoded)('rejects %s in an assertion', async (defect) => {
    expect(await runCeremony([defect], { defectsOnlyAtSignIn: true })).toEqual(['accepted', 'signature-invalid']);
  });
});

/** Attestation formats with their own group of defects. */
const formats = ['tpm', 'android-key', 'apple', 'fido-u2f'] as const;
const formatDefects = formats.flatMap((attestation) =>
  (Object.keys(defectGroups[attestation].rows) as DefectId[]).map((id) => [id, attestation] as const),
);

describe('reference relying party with other attestation formats', () => {
  it.each(formatDefects)('rejects %s in the format %s', async (defect, attestation) => {
    expect(await runCeremony([defect], { attestation })).toEqual(['attestation-invalid']);
  });
});

describe('reference relying party without defects', () => {
  it.each(['packed-basic', ...formats] as const)('accepts %s at registration and sign-in', async (attestation) => {
    expect(await runCeremony([], { attestation })).toEqual(['accepted', 'accepted', 'accepted']);
  });
});

it('has an expected verdict for every defect that relying parties must detect', () => {
  const detectable = Object.entries(defects).flatMap(([id, { detectedBy }]) =>
    detectedBy === 'relying-party' ? [id] : [],
  );
  expect([...expected, ...formatDefects].map(([id]) => id).toSorted()).toEqual(detectable.toSorted());
});
