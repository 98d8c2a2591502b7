/** Unplugs the key after each report of each message, in either direction. Every case must end with a `disconnected` error. */
import { expect, test } from 'vitest';
import { concat } from '#base/bytes.ts';
import { createAuthenticator, type InProcessHidDevice, plugInHid } from '#emulator';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { clientPinSubCommands, commands } from '#protocol/commands.ts';
import type { DeviceNodes } from './hidraw/device-node.ts';
import { createHidrawTransport } from './hidraw/hidraw.ts';
import { FakeMachine } from './testing/fake-machine.ts';

const message = (code: number, ...entries: [number, CborValue][]) =>
  entries.length === 0 ? new Uint8Array([code]) : concat(new Uint8Array([code]), encode(new Map(entries)));
const makeCredential = concat(
  new Uint8Array([commands.authenticatorMakeCredential.code]),
  encode(
    commands.authenticatorMakeCredential.request.encode({
      clientDataHash: new Uint8Array(32),
      rp: { id: 'example.com', name: 'Example' },
      user: { id: new Uint8Array(8), name: 'alice', displayName: 'Alice' },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    }),
  ),
);

const messages: Record<string, Uint8Array> = {
  getInfo: message(0x04),
  getPINRetries: message(0x06, [1, 1], [2, clientPinSubCommands.getPINRetries]),
  getKeyAgreement: message(0x06, [1, 1], [2, clientPinSubCommands.getKeyAgreement]),
  makeCredential,
  selection: message(0x0b),
  reset: message(0x07),
};

/** Returns `nodes`, with the key unplugged after a number of reports in either direction. */
function withUnplugAfter(reports: number, nodes: DeviceNodes, cable: InProcessHidDevice): DeviceNodes {
  let remaining = reports;
  const count = (length: number) => {
    remaining -= 1;
    if (remaining === 0) cable.unplug();
    return length;
  };
  return {
    ...nodes,
    read: (handle, into) => count(nodes.read(handle, into)),
    write: (handle, bytes) => count(nodes.write(handle, bytes)),
  };
}

test.each(Object.entries(messages))(
  'unplugging during %s rejects with disconnected',
  async (_, request) => {
    let reports = 1;
    for (let outcome = 'unplugged'; outcome === 'unplugged'; reports++) outcome = await unplugAfter(reports, request);
    expect(reports, 'INIT and the message have at least two reports each').toBeGreaterThanOrEqual(4);
  },
  60_000,
);

async function unplugAfter(reports: number, request: Uint8Array): Promise<'unplugged' | 'answered'> {
  const cable = plugInHid(createAuthenticator({ persona: 'touchstone-key' }));
  using machine = new FakeMachine({ cable });
  const { root, nodes } = machine.hidraw;
  const transport = createHidrawTransport({ root, nodes: withUnplugAfter(reports, nodes, cable) });
  try {
    await using device = await transport.open('/dev/hidraw0');
    await device.transact(request);
    return 'answered';
  } catch (error) {
    expect(error).toMatchObject({
      name: 'TransportError',
      kind: 'disconnected',
      message: 'hidraw:/dev/hidraw0 is gone',
    });
    return 'unplugged';
  }
}
