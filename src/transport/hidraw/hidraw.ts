/** Keys on Linux, through their hidraw node: `hidraw:/dev/hidraw3`. */

import { UsageError } from '#base/errors.ts';
import { TransportError } from '#protocol/errors.ts';
import { openCtapHid } from '../ctaphid-channel.ts';
import type { Transport } from '../transport.ts';
import { codeOf, type DeviceNodes, systemNodes } from './device-node.ts';
import { HidrawPipe } from './hidraw-pipe.ts';
import { fidoNodes, obstacleAt } from './sysfs.ts';

export interface HidrawSystem {
  /** Where the file system begins. */
  root: string;
  nodes: DeviceNodes;
}

const thisMachine: HidrawSystem = { root: process.platform === 'linux' ? '/' : '/nowhere', nodes: systemNodes };

/** The transport on a machine with this file system and these nodes. */
export const hidrawOn = (system: HidrawSystem): Transport => ({
  scheme: 'hidraw',
  list: async () => fidoNodes(system.root),
  async open(where, options) {
    if (!/^(\/dev\/)?hidraw\d+$/.test(where))
      throw new UsageError(`cannot open hidraw:${where}: hidraw:/dev/hidrawN is wanted (touchstone keys lists them)`);
    const node = where.startsWith('/') ? where : `/dev/${where}`;
    return await openCtapHid(openPipe(node, system), options);
  },
});

export const hidraw = hidrawOn(thisMachine);

function openPipe(node: string, { root, nodes }: HidrawSystem): HidrawPipe {
  const path = root === '/' ? node : `${root}${node}`;
  try {
    return new HidrawPipe(`hidraw:${node}`, path, nodes);
  } catch (cause) {
    const { why, remedy } = obstacleAt(path, node) ?? { why: (cause as Error).message, remedy: '' };
    const code = codeOf(cause);
    const advice = remedy && ['EACCES', 'EPERM', 'ENOENT'].includes(code ?? '') ? `; ${remedy}` : '';
    throw new TransportError('unavailable', `cannot open hidraw:${node}: ${why}${advice}`, { cause });
  }
}
