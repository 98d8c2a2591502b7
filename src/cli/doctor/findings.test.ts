import { describe, expect, it } from 'vitest';
import type { MachineFacts } from './facts.ts';
import { findingsOf, missingSubjects } from './findings.ts';

const complete: MachineFacts = {
  platform: 'linux',
  nodeVersion: '22.4.0',
  playwright: '1.64.1',
  browsers: { chromium: ['/opt/chromium'], firefox: ['/opt/firefox'], webkit: ['/opt/webkit'] },
  uhid: 'ready',
  usbip: true,
  pcsc: true,
  keys: [{ address: 'hidraw:/dev/hidraw0', product: 'YubiKey' }],
  missingForLab: { build: [], boot: [], 'command-line': [], desktop: [] },
};
const find = (change: Partial<MachineFacts>, subject: string) =>
  findingsOf({ ...complete, ...change }).find((finding) => finding.subject.includes(subject));

describe('findingsOf', () => {
  it('finds nothing to do on a complete machine', () => {
    const findings = findingsOf(complete);
    expect(findings.map(({ state }) => state)).toEqual(findings.map(() => 'works'));
    expect(findings.map(({ remedy }) => remedy)).toEqual(findings.map(() => undefined));
  });

  it.each<[string, Partial<MachineFacts>, string, RegExp]>([
    ['an old Node.js', { nodeVersion: '20.18.3' }, 'Node.js', /20\.19 or newer/],
    ['no Playwright', { playwright: undefined }, 'Playwright', /npm install/],
    [
      'no Chromium',
      { browsers: { ...complete.browsers, chromium: [] } },
      'Chromium',
      /npx playwright install chromium/,
    ],
  ])('%s stops scenarios', (_, change, subject, remedy) => {
    expect(find(change, subject)).toMatchObject({ state: 'required', remedy: expect.stringMatching(remedy) });
    expect(missingSubjects(findingsOf({ ...complete, ...change }))).toHaveLength(1);
  });

  const denied = { why: 'permission denied', remedy: 'install the udev rule' };
  it.each<[string, Partial<MachineFacts>, string, RegExp]>([
    ['no Firefox', { browsers: { ...complete.browsers, firefox: [] } }, 'Firefox', /TOUCHSTONE_FIREFOX/],
    ['no uhid', { uhid: 'absent' }, 'uhid', /modprobe uhid/],
    ['uhid of another user', { uhid: 'denied' }, 'uhid', /70-touchstone-uhid\.rules/],
    ['no vhci-hcd', { usbip: false }, 'usbip', /modprobe vhci-hcd/],
    ['no PC/SC daemon', { pcsc: false }, 'PC/SC', /pcscd/],
    ['no key', { keys: [] }, 'Security keys', /emulated keys need no device/],
    ['keys that cannot be listed', { keys: { problem: 'no USB' } }, 'Security keys', /touchstone keys/],
    [
      'a key that cannot be opened',
      { keys: [{ address: 'hidraw:/dev/hidraw0', product: 'YubiKey', obstacle: denied }] },
      'YubiKey',
      /install the udev rule/,
    ],
    [
      'packages that the lab lacks',
      { missingForLab: { build: ['gcc'], boot: [], 'command-line': ['usbip'], desktop: ['usbip'] } },
      'Kernel lab',
      /^sudo apt-get install gcc usbip$/,
    ],
  ])('%s is reported with what to do, and stops nothing else', (_, change, subject, remedy) => {
    expect(find(change, subject)).toMatchObject({ state: 'optional', remedy: expect.stringMatching(remedy) });
    expect(missingSubjects(findingsOf({ ...complete, ...change }))).toEqual([]);
  });

  it('leaves out what only Linux has', () => {
    const subjects = findingsOf({ ...complete, platform: 'darwin', uhid: 'absent' }).map(({ subject }) => subject);
    expect(subjects.join()).not.toMatch(/uhid|usbip|PC\/SC|lab/);
  });

  it('compares versions of Node.js by number', () => {
    expect(
      ['18.20.0', '20.19.0', '20.20.2', '24.0.0'].map((nodeVersion) => find({ nodeVersion }, 'Node')?.state),
    ).toEqual(['required', 'works', 'works', 'works']);
  });
});
