/** Transport `hidraw`: security keys on Linux through their hidraw node, e.g. `hidraw:/dev/hidraw3`. */

import { messageOf, UsageError } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import { openCtapHid } from '../ctaphid-channel.ts';
import type { Transport } from '../transport.ts';
import { type DeviceNodes, errorCodeOf, systemNodes } from './device-node.ts';
import { HidrawPipe } from './hidraw-pipe.ts';
import { findAccessProblem, listFidoNodes } from './sysfs.ts';

export interface HidrawSystem {
  /** Root folder of the file system. */
  root: string;
  nodes: DeviceNodes;
}

/** On systems other than Linux, the root is a folder that does not exist, so no device is found. */
const thisMachine: HidrawSystem = { root: process.platform === 'linux' ? '/' : '/nonexistent', nodes: systemNodes };

/** Returns the transport for a system. */
export const createHidrawTransport = (system: HidrawSystem): Transport => ({
  scheme: 'hidraw',
  list: async () => listFidoNodes(system.root),
  open: async (where, options) => await openCtapHid(openPipe(parseNode(where), system), options),
  openReports: async (where) => openPipe(parseNode(where), system),
});

/** @throws {UsageError} */
function parseNode(where: string): string {
  if (!/^(\/dev\/)?hidraw\d+$/.test(where))
    throw new UsageError(
      `Cannot open hidraw:${where}: expected hidraw:/dev/hidrawN (touchstone keys lists the addresses)`,
    );
  return where.startsWith('/') ? where : `/dev/${where}`;
}

export const hidraw = createHidrawTransport(thisMachine);

function openPipe(node: string, { root, nodes }: HidrawSystem): HidrawPipe {
  const path = root === '/' ? node : `${root}${node}`;
  try {
    return new HidrawPipe(`hidraw:${node}`, path, nodes);
  } catch (cause) {
    const { why, remedy } = findAccessProblem(path, node) ?? { why: messageOf(cause), remedy: '' };
    const code = errorCodeOf(cause);
    const advice = remedy && ['EACCES', 'EPERM', 'ENOENT'].includes(code ?? '') ? `; ${remedy}` : '';
    throw new TransportError('unavailable', `Cannot open hidraw:${node}: ${why}${advice}`, { cause });
  }
}
