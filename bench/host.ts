/** Measures what the host's stack (CTAPHID channel, hidraw pipe) adds to a bare loop that sends the same reports through the same node. */
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
import { ratiosOf, type Spread, spreadOf } from './row.ts';

const node = '/dev/hidraw0';
const samples = 2_000;
const warmUp = 500;
const groupSize = 200;

export interface HostFigures {
  bareP50Ms: number;
  stackP50Ms: number;
  /** Time with the stack as a multiple of the time without, over groups of samples. */
  ratio: Spread;
}

/** Sends `message` to an emulated key in both ways. The two alternate, so that a busy machine affects both equally. */
export async function benchHost(message: Uint8Array): Promise<HostFigures> {
  const createMachine = () => new FakeMachine({ cable: plugInHid(createAuthenticator({ persona: 'yubikey-5-nfc' })) });
  using bareMachine = createMachine();
  using stackMachine = createMachine();
  const bare = await openBareChannel(bareMachine.hidraw.nodes);
  await using device = await createHidrawTransport(stackMachine.hidraw).open(node);
  const times = { bare: [] as number[], stack: [] as number[] };
  for (let count = 0; count < warmUp + samples; count++) {
    const bareMs = await measureMs(() => bare(message));
    const stackMs = await measureMs(() => device.transact(message));
    if (count < warmUp) continue;
    times.bare.push(bareMs);
    times.stack.push(stackMs);
  }
  const [bareP50Ms, stackP50Ms] = [median(times.bare), median(times.stack)];
  const groups = { bare: groupMedians(times.bare), stack: groupMedians(times.stack) };
  return { bareP50Ms, stackP50Ms, ratio: spreadOf(ratiosOf(groups.stack, groups.bare)) };
}

/** Medians of consecutive groups, because the ratio of two single samples is noise. */
function groupMedians(times: readonly number[]): number[] {
  const groups = Array.from({ length: samples / groupSize }, (_, group) => group * groupSize);
  return groups.map((from) => median(times.slice(from, from + groupSize)));
}

async function measureMs(work: () => Promise<Uint8Array>): Promise<number> {
  const start = performance.now();
  const answer = await work();
  const elapsed = performance.now() - start;
  if (answer[0] !== 0) throw new Error(`Expected status 0x0, the key answered 0x${answer[0]?.toString(16)}`);
  return elapsed;
}

/** Opens a channel that only sends and receives reports: without deadlines, checks and keepalives. */
async function openBareChannel(nodes: DeviceNodes): Promise<(message: Uint8Array) => Promise<Uint8Array>> {
  const handle = nodes.open(node);
  const report = new Uint8Array(65);
  const exchange = async (channel: number, command: number, payload: Uint8Array): Promise<Uint8Array> => {
    for (const fragmentReport of fragment(channel, command, payload)) {
      report.set(fragmentReport, 1);
      nodes.write(handle, report);
    }
    for (;;) {
      const first = parsePacket((await readReport(nodes, handle)).slice(0, 64));
      if (first.type !== 'init' || first.command !== command) continue;
      const answer = new Uint8Array(first.length);
      let copied = copyData(first, answer, 0);
      while (copied < answer.length)
        copied = copyData(parsePacket((await readReport(nodes, handle)).slice(0, 64)), answer, copied);
      return answer;
    }
  };
  const { channel } = decodeInitResponse(await exchange(broadcastChannel, ctapHidCommands.INIT, new Uint8Array(8)));
  return (message) => exchange(channel, ctapHidCommands.CBOR, message);
}

/** Copies the data of a packet to offset `at`. Returns the offset after it. */
function copyData({ type, report }: ReturnType<typeof parsePacket>, into: Uint8Array, at: number): number {
  const from = type === 'init' ? initHeaderLength : contHeaderLength;
  const end = Math.min(into.length, at + report.length - from);
  for (let index = at; index < end; index++) into[index] = report[from + index - at] ?? 0;
  return end;
}

const input = new Uint8Array(64);
async function readReport(nodes: DeviceNodes, handle: number): Promise<Uint8Array> {
  for (;;) {
    try {
      nodes.read(handle, input);
      return input;
    } catch {
      await new Promise(setImmediate); // EAGAIN
    }
  }
}
