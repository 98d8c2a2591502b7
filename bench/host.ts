/** What the host's stack adds (CTAPHID channel, hidraw pipe) to a bare loop that moves the same frames through the same node. */
import { createAuthenticator, plugInHid } from '#emulator';
import {
  broadcastChannel,
  contHeaderLength,
  ctapHidCommands,
  decodeInitResponse,
  fragment,
  initHeaderLength,
  parsePacket,
} from '#protocol/ctaphid.ts';
import { median } from '#result/statistics.ts';
import type { DeviceNodes } from '#transport/hidraw/device-node.ts';
import { createHidrawTransport } from '#transport/hidraw/hidraw.ts';
import { FakeMachine } from '#transport/testing/fake-machine.ts';

const node = '/dev/hidraw0';
const samples = 2_000;
const warmUp = 500;

export interface HostFigures {
  bareP50Ms: number;
  stackP50Ms: number;
  /** Share that the stack adds at the median, 0.1 for 10 %. */
  overhead: number;
}

/** `message` is answered by the emulated key in both; the turns alternate, so that a noisy machine disturbs both alike. */
export async function benchHost(message: Uint8Array): Promise<HostFigures> {
  const machine = () => new FakeMachine({ cable: plugInHid(createAuthenticator({ persona: 'yubikey-5-nfc' })) });
  using forBare = machine();
  using forStack = machine();
  const bare = await openBare(forBare.hidraw.nodes);
  await using device = await createHidrawTransport(forStack.hidraw).open(node);
  const times = { bare: [] as number[], stack: [] as number[] };
  for (let count = 0; count < warmUp + samples; count++) {
    const bareMs = await timed(() => bare(message));
    const stackMs = await timed(() => device.transact(message));
    if (count < warmUp) continue;
    times.bare.push(bareMs);
    times.stack.push(stackMs);
  }
  const [bareP50Ms, stackP50Ms] = [median(times.bare), median(times.stack)];
  return { bareP50Ms, stackP50Ms, overhead: stackP50Ms / bareP50Ms - 1 };
}

async function timed(work: () => Promise<Uint8Array>): Promise<number> {
  const start = performance.now();
  const answer = await work();
  const elapsed = performance.now() - start;
  if (answer[0] !== 0) throw new Error(`the key answered 0x${answer[0]?.toString(16)}`);
  return elapsed;
}

/** Frames out, frames in, nothing else: no deadline, no check, no keepalive told. */
async function openBare(nodes: DeviceNodes): Promise<(message: Uint8Array) => Promise<Uint8Array>> {
  const handle = nodes.open(node);
  const report = new Uint8Array(65);
  const exchange = async (channel: number, command: number, payload: Uint8Array): Promise<Uint8Array> => {
    for (const frame of fragment(channel, command, payload)) {
      report.set(frame, 1);
      nodes.write(handle, report);
    }
    for (;;) {
      const first = parsePacket((await nextReport(nodes, handle)).slice(0, 64));
      if (first.type !== 'init' || first.command !== command) continue;
      const answer = new Uint8Array(first.length);
      let taken = copyData(first, answer, 0);
      while (taken < answer.length)
        taken = copyData(parsePacket((await nextReport(nodes, handle)).slice(0, 64)), answer, taken);
      return answer;
    }
  };
  const { channel } = decodeInitResponse(await exchange(broadcastChannel, ctapHidCommands.INIT, new Uint8Array(8)));
  return (message) => exchange(channel, ctapHidCommands.CBOR, message);
}

function copyData({ type, report }: ReturnType<typeof parsePacket>, into: Uint8Array, at: number): number {
  const from = type === 'init' ? initHeaderLength : contHeaderLength;
  const end = Math.min(into.length, at + report.length - from);
  for (let index = at; index < end; index++) into[index] = report[from + index - at]!;
  return end;
}

const input = new Uint8Array(64);
async function nextReport(nodes: DeviceNodes, handle: number): Promise<Uint8Array> {
  for (;;) {
    try {
      nodes.read(handle, input);
      return input;
    } catch {
      await new Promise(setImmediate); // EAGAIN
    }
  }
}
