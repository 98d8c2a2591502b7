/** The cable is pulled at every point of every message: after each report that goes in or out. Each ends in a clear error. */
import { expect, test } from 'vitest';
import { concat } from '#base/bytes.ts';
import { createAuthenticator, plugInHid, type ReportCable } from '#emulator';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { clientPinSubCommands, commands } from '#protocol/commands.ts';
import type { DeviceNodes } from './hidraw/device-node.ts';
import { hidrawOn } from './hidraw/hidraw.ts';
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

/** `nodes`, with the cable pulled after so many reports in either direction. */
function pulledAfter(reports: number, nodes: DeviceNodes, cable: ReportCable): DeviceNodes {
  let left = reports;
  const counted = (length: number) => {
    left -= 1;
    if (left === 0) cable.unplug();
    return length;
  };
  return {
    ...nodes,
    read: (handle, into) => counted(nodes.read(handle, into)),
    write: (handle, bytes) => counted(nodes.write(handle, bytes)),
  };
}

test.each(Object.entries(messages))(
  '%s',
  async (_, request) => {
    let reports = 1;
    for (let outcome = 'pulled'; outcome === 'pulled'; reports++) outcome = await pullAfter(reports, request);
    expect(reports, 'INIT and the message take at least two reports each').toBeGreaterThanOrEqual(4);
  },
  60_000,
);

async function pullAfter(reports: number, request: Uint8Array): Promise<'pulled' | 'answered'> {
  const cable = plugInHid(createAuthenticator({ persona: 'touchstone-key' }));
  using machine = new FakeMachine({ cable });
  const { root, nodes } = machine.hidraw;
  const transport = hidrawOn({ root, nodes: pulledAfter(reports, nodes, cable) });
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
    return 'pulled';
  }
}
