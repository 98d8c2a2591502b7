/** Records every CTAP and U2F exchange of an authenticator while a transport serves it. */
import { toHex } from '#base/bytes.ts';
import type { WireExchange } from '#result/transcript.ts';
import { capture } from '#transport/capture.ts';
import type { CtapDevice, Keepalive } from '#transport/device.ts';

interface PluggableDevice extends CtapDevice {
  readonly plugged: boolean;
  replug(): void;
  powerCycle(): void;
}

interface ProcessOptions {
  signal?: AbortSignal | undefined;
  keepalive?: ((state: Keepalive) => void) | undefined;
  channel?: object | undefined;
}

type ProcessU2f = (apdu: Uint8Array, options?: ProcessOptions) => Promise<Uint8Array>;

interface RecordedAuthenticator {
  device: PluggableDevice;
  processU2f: ProcessU2f | undefined;
}

/** Returns the functions of an authenticator for a transport (`AuthenticatorBackend` of the emulator); they call `record` with each exchange. */
export function recordExchanges(
  { device, processU2f }: RecordedAuthenticator,
  record: (exchange: WireExchange) => void,
) {
  const elapsedMs = () => performance.now();
  const captured = capture(device, { elapsedMs, record });
  return {
    process: (message: Uint8Array, { signal, keepalive, channel }: ProcessOptions) =>
      captured.transact(message, { signal, onKeepalive: keepalive, channel }),
    processU2f: processU2f && recordU2f(processU2f, elapsedMs, record),
    powerCycle: () => (device.plugged ? device.powerCycle() : device.replug()),
  };
}

/** Instruction bytes of U2F raw messages, U2F Raw Message Formats 1.2 section 3. */
const u2fCommands: Record<number, string> = { 1: 'U2F_REGISTER', 2: 'U2F_AUTHENTICATE', 3: 'U2F_VERSION' };

const recordU2f =
  (processU2f: ProcessU2f, elapsedMs: () => number, record: (exchange: WireExchange) => void): ProcessU2f =>
  async (apdu, options) => {
    const atMs = elapsedMs();
    const response = await processU2f(apdu, options);
    record({
      atMs,
      durationMs: elapsedMs() - atMs,
      command: u2fCommands[apdu[1] ?? 0] ?? 'U2F',
      status: `0x${toHex(response.subarray(-2))}`,
      request: toHex(apdu),
      response: toHex(response),
      keepalives: [],
    });
    return response;
  };
