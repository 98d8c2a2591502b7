/** What `touchstone doctor` finds out about this machine. Nothing is changed, started or sent to a key. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { messageOf } from '#base/errors.ts';
import { findBrowsers } from '#browser/installed-browsers.mjs';
import { type Purpose, prerequisites, thisMachine } from '#lab/prerequisites.ts';
import { listDevices } from '#transport/registry.ts';
import type { FoundDevice } from '#transport/transport.ts';

export const browserFamilies = ['chromium', 'firefox', 'webkit'] as const;
export type BrowserFamily = (typeof browserFamilies)[number];

export interface MachineFacts {
  platform: NodeJS.Platform;
  nodeVersion: string;
  /** Version of `@playwright/test`; undefined if it is not installed. */
  playwright: string | undefined;
  /** Paths of the executables, the one that is used first. */
  browsers: Record<BrowserFamily, string[]>;
  /** Whether the device exists, and whether this user can write to it. */
  uhid: 'absent' | 'denied' | 'ready';
  /** Whether the kernel can attach USB devices over the network (vhci-hcd). */
  usbip: boolean;
  /** Whether the PC/SC daemon runs. */
  pcsc: boolean;
  /** Security keys of this machine; or why they cannot be listed. */
  keys: FoundDevice[] | { problem: string };
  /** Packages that the kernel lab lacks, by purpose. */
  missingForLab: Record<Purpose, string[]>;
}

export async function collectMachineFacts(env: Readonly<NodeJS.ProcessEnv> = process.env): Promise<MachineFacts> {
  return {
    platform: process.platform,
    nodeVersion: process.versions.node,
    playwright: playwrightVersion(),
    browsers: { chromium: pathsOf('chromium'), firefox: pathsOf('firefox'), webkit: pathsOf('webkit') },
    uhid: stateOf('/dev/uhid'),
    usbip: existsSync('/sys/devices/platform/vhci_hcd.0'),
    pcsc: process.platform !== 'linux' || existsSync(env.PCSCLITE_CSOCK_NAME ?? '/run/pcscd/pcscd.comm'),
    keys: await listDevices().catch((error: unknown) => ({ problem: messageOf(error) })),
    missingForLab: Object.fromEntries(
      Object.entries(prerequisites).map(([purpose, needed]) => [
        purpose,
        needed.filter(([file]) => !thisMachine.has(file)).map(([, debianPackage]) => debianPackage),
      ]),
    ) as Record<Purpose, string[]>,
  };
}

const pathsOf = (family: BrowserFamily): string[] => findBrowsers(family).map(({ path }) => path);

function playwrightVersion(): string | undefined {
  try {
    const file = createRequire(import.meta.url).resolve('@playwright/test/package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function stateOf(device: string): MachineFacts['uhid'] {
  if (!existsSync(device)) return 'absent';
  try {
    accessSync(device, constants.W_OK);
    return 'ready';
  } catch {
    return 'denied';
  }
}
