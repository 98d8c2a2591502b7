import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLibrary } from './scenario-library.ts';
import { checkSites, describeLeftOut, siteSkipReasons } from './site-options.ts';

const site = resolve(import.meta.dirname, '../../../examples/sites/simplewebauthn/simplewebauthn.yaml');
const anySite = ['scenarios/any-site'];
const load = (paths: string[], url = 'https://shop.example') => {
  const { cases, diagnostics } = readLibrary(paths, { env: {}, sites: [site], url });
  expect(diagnostics).toEqual([]);
  return cases;
};
const options = { site: [site], authorized: [] as string[] };

describe('checkSites', () => {
  it('refuses cases with defects on a host that is not on this machine, and names the permission', () => {
    expect(() => checkSites(load(anySite), options)).toThrow(
      'Refused to run 1 case: they do what a user of the site would not do. The owner of the site can permit this with --authorized shop.example\n' +
        '  any-site.broken-signature[relying-party.site=simplewebauthn]: the key has the defect signature.other-challenge',
    );
  });

  it('permits them on exactly the host that is named, and on this machine', () => {
    checkSites(load(anySite), { ...options, authorized: ['shop.example'] });
    checkSites(load(anySite, 'http://localhost:4173'), options);
    expect(() => checkSites(load(anySite), { ...options, authorized: ['example'] })).toThrow(
      '--authorized example names no host of this run. Hosts of this run: shop.example',
    );
  });

  it('refuses them on Microsoft Entra ID without its host', () => {
    const entra = resolve(import.meta.dirname, '../../../sites/entra.yaml');
    const env = { ENTRA_USER: 'adele', ENTRA_PASSWORD: 'pw', ENTRA_TOTP: 'JBSWY3DPEHPK3PXP' };
    const { cases, diagnostics } = readLibrary(anySite, { env, sites: [entra] });
    expect(diagnostics).toEqual([]);
    const host = 'mysignins.microsoft.com';
    expect(() => checkSites(cases, { site: [entra], authorized: [] })).toThrow(`--authorized ${host}\n`);
    checkSites(cases, { site: [entra], authorized: [host] });
    // The file does not say how the site shows an outcome, and every case expects one.
    expect(Object.keys(siteSkipReasons(cases))).toHaveLength(6);
  });

  it('refuses an address that applies to no case', () => {
    const { cases } = readLibrary(anySite, { env: {} });
    expect(() => checkSites(cases, { ...options, url: 'https://shop.example' })).toThrow(
      'Cannot use --url: no case runs on a web site',
    );
  });
});

describe('siteSkipReasons', () => {
  it('leaves out no case that needs only what the site has', () => {
    expect(siteSkipReasons(load(anySite))).toEqual({});
  });

  it.each([
    ['scenarios/policy.aaguid.yaml', 'on-the-allow-list', 'the case needs the policy aaguids.mode: allow'],
    ['scenarios/policy.aaguid.yaml', 'changed-meanwhile', 'Touchstone cannot administer this site (step set-policy)'],
    ['scenarios/s4.mfa-refused.yaml', 'tap-expired', 'Touchstone cannot administer this site (step issue-tap)'],
    ['scenarios/s4.mfa-stale.yaml', 'again', 'Touchstone cannot advance the clock of this site (step let-time-pass)'],
    ['scenarios/s2.choose-method.yaml', 'guest', 'the case needs a user with guest'],
    ['scenarios/s5.security-dialog.yaml', 'page-aborts', 'the site file has no word abort-page'],
  ])('returns why a case of %s is left out: %s', (file, id, reason) => {
    const cases = load([file]);
    const reasons = siteSkipReasons(cases);
    const [, found] = Object.entries(reasons).find(([name]) => name.includes(`/${id}[`)) ?? [];
    expect(found).toContain(`Left out on SimpleWebAuthn example: ${reason}`);
    expect(describeLeftOut(cases, reasons)).toMatch(
      /^Leaving out \d+ of \d+ cases, which cannot run on SimpleWebAuthn/,
    );
  });

  it('leaves out no case on the reference portal', () => {
    const { cases } = readLibrary(['scenarios'], { env: {} });
    expect(siteSkipReasons(cases)).toEqual({});
  });
});
