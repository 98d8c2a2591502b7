/** Says for each use of Touchstone whether it works on a machine, and what to do if it does not. Pure. */
import { count } from '#report/format.ts';
import type { FoundDevice } from '#transport/transport.ts';
import { nodeVersionProblem } from '../setup/node-version.mjs';
import { type BrowserFamily, browserFamilies, type MachineFacts } from './facts.ts';

/** `required`: without it, scenarios cannot run at all. `optional`: one use of Touchstone does not work. */
type FindingState = 'works' | 'required' | 'optional';

export interface Finding {
  /** What was looked at. */
  subject: string;
  state: FindingState;
  /** What was found. */
  found: string;
  /** What to do; absent if it works. */
  remedy?: string;
}

export const findingsOf = (facts: MachineFacts): Finding[] => [
  checkNode(facts),
  checkPlaywright(facts),
  ...browserFamilies.map((family) => checkBrowser(family, facts)),
  ...checkKeys(facts),
  ...(facts.platform === 'linux' ? [checkUhid(facts), checkUsbip(facts), checkPcsc(facts), checkLab(facts)] : []),
];

/** Returns the subjects that every scenario needs. */
export const missingSubjects = (findings: readonly Finding[]): string[] =>
  findings.filter(({ state }) => state === 'required').map(({ subject }) => subject);

function checkNode({ nodeVersion }: MachineFacts): Finding {
  const subject = 'Node.js';
  const problem = nodeVersionProblem(nodeVersion);
  if (problem === undefined) return { subject, state: 'works', found: nodeVersion };
  return { subject, state: 'required', found: nodeVersion, remedy: problem };
}

function checkPlaywright({ playwright }: MachineFacts): Finding {
  const subject = 'Playwright Test';
  if (playwright !== undefined) return { subject, state: 'works', found: playwright };
  return { subject, state: 'required', found: 'not installed', remedy: 'npm install --save-dev @playwright/test' };
}

/** Chromium is the engine of scenarios that name none. */
function checkBrowser(family: BrowserFamily, { browsers }: MachineFacts): Finding {
  const [path] = browsers[family];
  const subject = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' }[family];
  if (path !== undefined) return { subject, state: 'works', found: path };
  const variable = `TOUCHSTONE_${family.toUpperCase()}`;
  const remedy = `npx playwright install ${family}, or set ${variable} to the executable`;
  return { subject, state: family === 'chromium' ? 'required' : 'optional', found: 'not installed', remedy };
}

function checkKeys({ keys }: MachineFacts): Finding[] {
  const subject = 'Security keys';
  if (!Array.isArray(keys)) {
    const remedy = 'npx touchstone keys shows more; emulated keys need no device';
    return [{ subject, state: 'optional', found: keys.problem, remedy }];
  }
  if (keys.length === 0) {
    const remedy = 'Connect a key to test it; emulated keys need no device';
    return [{ subject, state: 'optional', found: 'none is connected', remedy }];
  }
  return keys.map(toKeyFinding);
}

function toKeyFinding({ product, address, obstacle }: FoundDevice): Finding {
  const subject = `Key ${product}`;
  if (!obstacle) return { subject, state: 'works', found: address };
  return { subject, state: 'optional', found: `${address}: ${obstacle.why}`, remedy: obstacle.remedy };
}

function checkUhid({ uhid }: MachineFacts): Finding {
  const subject = 'touchstone emulate --transport uhid';
  if (uhid === 'ready') return { subject, state: 'works', found: '/dev/uhid can be written' };
  if (uhid === 'absent')
    return { subject, state: 'optional', found: 'no /dev/uhid', remedy: 'sudo modprobe uhid; or --transport udp' };
  const remedy = 'Copy emulator/transports/70-touchstone-uhid.rules to /etc/udev/rules.d, or run as root';
  return { subject, state: 'optional', found: '/dev/uhid cannot be written by this user', remedy };
}

function checkUsbip({ usbip }: MachineFacts): Finding {
  const subject = 'touchstone emulate --transport usbip';
  if (usbip) return { subject, state: 'works', found: 'the kernel can attach the key (vhci-hcd)' };
  const remedy = 'sudo modprobe vhci-hcd, or attach the key on another machine';
  return { subject, state: 'optional', found: 'vhci-hcd is not loaded', remedy };
}

function checkPcsc({ pcsc }: MachineFacts): Finding {
  const subject = 'Keys over PC/SC (NFC readers)';
  if (pcsc) return { subject, state: 'works', found: 'the PC/SC daemon runs' };
  return { subject, state: 'optional', found: 'no PC/SC daemon', remedy: 'Install and start pcscd' };
}

function checkLab({ missingForLab }: MachineFacts): Finding {
  const subject = 'Kernel lab (unmodified browsers)';
  const missing = [...new Set(Object.values(missingForLab).flat())];
  if (missing.length === 0) return { subject, state: 'works', found: 'all packages are installed' };
  const remedy = `sudo apt-get install ${missing.join(' ')}`;
  return { subject, state: 'optional', found: `${count(missing.length, 'package')} missing`, remedy };
}
