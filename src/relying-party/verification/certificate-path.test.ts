import { beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from './certificate.ts';
import { validatePath } from './certificate-path.ts';
import {
  type CertificateChanges,
  extensionWithId,
  type Issued,
  issue,
  issueLeaf,
  KeyUsageFlags,
  unknownExtension,
} from './testing/certificates.ts';
import { testAaguid } from './testing/registration.ts';

let root: Issued;
let intermediate: Issued;
beforeAll(async () => {
  root = await issue('Root');
  intermediate = await issue('Intermediate', { issuer: root });
});

describe('validatePath', () => {
  const resultOf = (chain: Issued[], anchors: Issued[] = [root], now = Date.now()) => {
    const parse = ({ der }: Issued) => parseCertificate(der);
    const verdict = validatePath(chain.map(parse), anchors.map(parse), now);
    return verdict.trusted ? 'trusted' : verdict.why;
  };

  it('finds the anchor among several, and accepts a leaf that is an anchor itself', async () => {
    const leaf = await issueLeaf(root, testAaguid);
    expect(resultOf([leaf], [await issue('Other'), root])).toBe('trusted');
    expect(resultOf([leaf], [leaf])).toBe('trusted');
    expect(resultOf([leaf], [])).toBe('No configured root issued the chain');
    expect(resultOf([], [root])).toBe('No configured root issued the chain');
  });

  it('ends the path at the first certificate that is an anchor or is issued by one', async () => {
    const leaf = await issueLeaf(intermediate, testAaguid);
    const full = [leaf, intermediate, root];
    expect(resultOf(full, [intermediate]), 'the anchor is in the middle of x5c').toBe('trusted');
    expect(resultOf(full, [leaf]), 'the anchor is the leaf').toBe('trusted');
    expect(resultOf(full, [root]), 'the anchor is the end').toBe('trusted');
    expect(resultOf([leaf, intermediate], [root]), 'the anchor is beyond the end').toBe('trusted');
    const reissued = await issue('Intermediate', { keys: intermediate.keys, issuer: await issue('Unknown root') });
    expect(resultOf(full, [reissued]), 'the anchor has the name and key of an intermediate').toBe('trusted');
  });

  it('does not check the dates of certificates after the end of the path, but refuses those that are not part of the chain', async () => {
    const leaf = await issueLeaf(intermediate, testAaguid);
    const unrelated = await issue('Unrelated', { notAfter: new Date('2021-01-01'), ca: false });
    const problem = 'Certificate 1: the next certificate did not issue it';
    expect(resultOf([leaf, intermediate, unrelated])).toBe(problem);
    const otherKey = await issue('Root');
    expect(resultOf([leaf, intermediate, otherKey])).toBe(problem);
    const expired = await issue('Root', { keys: root.keys, notAfter: new Date('2021-01-01') });
    expect(resultOf([leaf, intermediate, expired], [intermediate])).toBe('trusted');
  });

  it('still checks everything up to the end of the path', async () => {
    const top = await issue('Top', { issuer: root });
    const notCa = await issue('Below', { issuer: top, ca: false });
    const leaf = await issueLeaf(notCa, testAaguid);
    expect(resultOf([leaf, notCa, top, root], [top])).toMatch('its issuer is not a certification authority');
    expect(resultOf([leaf, notCa, top, root], [notCa])).toMatch('its issuer is not a certification authority');
    const otherTop = await issue('Top', { issuer: root });
    const below = await issue('Below', { issuer: otherTop });
    expect(resultOf([await issueLeaf(below, testAaguid), below, top], [top])).toMatch('signature does not verify');
  });

  it('refuses an anchor of the same name with another key, and tries the next anchor of that name', async () => {
    const leaf = await issueLeaf(root, testAaguid);
    const otherRootOfSameName = await issue('Root');
    expect(resultOf([leaf], [otherRootOfSameName])).toMatch('signature does not verify');
    expect(resultOf([leaf], [otherRootOfSameName, root])).toBe('trusted');
  });

  const invalidIntermediates: Record<string, [CertificateChanges, string]> = {
    'is not a CA': [{ ca: false }, 'not a certification authority'],
    'has no basicConstraints': [{ ca: null }, 'not a certification authority'],
    'may not sign certificates': [{ keyUsage: KeyUsageFlags.digitalSignature }, 'may not sign certificates'],
    'has expired': [{ notAfter: new Date('2021-01-01') }, 'expired'],
    'is not valid yet': [{ notBefore: new Date('2048-01-01') }, 'not valid yet'],
    'has an unknown critical extension': [{ extensions: [unknownExtension(true)] }, 'is not supported'],
  };
  it.each(Object.entries(invalidIntermediates))('refuses an intermediate that %s', async (_, [changes, problem]) => {
    const invalid = await issue('Invalid', { issuer: root, ...changes });
    expect(resultOf([await issueLeaf(invalid, testAaguid), invalid])).toMatch(problem);
  });

  const knownElsewhere: Record<string, string> = {
    subjectAltName: '2.5.29.17',
    extendedKeyUsage: '2.5.29.37',
    'the AAGUID': '1.3.6.1.4.1.45724.1.1.4',
    'the key description of Android': '1.3.6.1.4.1.11129.2.1.17',
    'the nonce of Apple': '1.2.840.113635.100.8.2',
    'name constraints': '2.5.29.30',
    'certificate policies': '2.5.29.32',
  };
  it.each(Object.entries(knownElsewhere))('refuses an issuer with a critical extension for %s', async (_, oid) => {
    const critical = await issue('Critical', { issuer: root, extensions: [extensionWithId(oid, true)] });
    expect(resultOf([await issueLeaf(critical, testAaguid), critical])).toBe(
      `Certificate 1: critical extension ${oid} is not supported`,
    );
    const ignored = await issue('Ignored', { issuer: root, extensions: [extensionWithId(oid, false)] });
    expect(resultOf([await issueLeaf(ignored, testAaguid), ignored])).toBe('trusted');
  });

  it('accepts an intermediate without keyUsage and with an unknown extension that is not critical', async () => {
    const valid = await issue('Valid', { issuer: root, keyUsage: null, extensions: [unknownExtension(false)] });
    expect(resultOf([await issueLeaf(valid, testAaguid), valid])).toBe('trusted');
  });

  it('applies the path length: 0 allows a leaf, but no intermediate', async () => {
    const top = await issue('Top', { issuer: root, pathLength: 0 });
    const below = await issue('Below', { issuer: top });
    expect(resultOf([await issueLeaf(top, testAaguid), top])).toBe('trusted');
    expect(resultOf([await issueLeaf(below, testAaguid), below, top])).toMatch('path below its issuer is too long');
  });

  it('refuses a missing certificate, the wrong order, and a duplicate certificate', async () => {
    const leaf = await issueLeaf(intermediate, testAaguid);
    expect(resultOf([leaf])).toBe('No configured root issued the chain');
    expect(resultOf([leaf, root, intermediate])).toMatch('its issuer is not the subject of the next certificate');
    expect(resultOf([leaf, intermediate, intermediate])).not.toBe('trusted');
    expect(resultOf([leaf, intermediate, root, root])).toBe('A certificate occurs twice');
  });

  it('decides by time, chain and anchors each time, also when it has seen the same certificates', async () => {
    const leaf = await issueLeaf(root, testAaguid, { notAfter: new Date('2030-01-01') });
    const [before, after] = [Date.parse('2026-01-01'), Date.parse('2031-01-01')];
    const other = await issue('Root');
    for (let time = 0; time < 2; time++) {
      expect(resultOf([leaf], [root], before)).toBe('trusted');
      expect(resultOf([leaf], [root], after)).toBe('Certificate 0: expired');
      expect(resultOf([leaf], [], before)).toBe('No configured root issued the chain');
      expect(resultOf([leaf], [other], before)).toMatch('signature does not verify');
      expect(resultOf([leaf, intermediate], [root], before)).toMatch('did not issue it');
      expect(resultOf([intermediate, leaf], [other], before)).toMatch('signature does not verify');
    }
  });

  it('uses an anchor that is added to the list later', async () => {
    const leaf = parseCertificate((await issueLeaf(root, testAaguid)).der);
    const anchors = [parseCertificate((await issue('Other')).der)];
    expect(validatePath([leaf], anchors, Date.now()).trusted).toBe(false);
    anchors.push(parseCertificate(root.der));
    expect(validatePath([leaf], anchors, Date.now()).trusted).toBe(true);
  });

  it('checks the dates of every certificate, including the root, at the given time', async () => {
    const leaf = await issueLeaf(root, testAaguid);
    expect(resultOf([leaf], [root], Date.parse('2019-01-01'))).toMatch('not valid yet');
    const oldRoot = await issue('Old root', { notAfter: new Date('2021-01-01') });
    expect(resultOf([await issueLeaf(oldRoot, testAaguid)], [oldRoot])).toMatch('Certificate 1: expired');
  });
});
