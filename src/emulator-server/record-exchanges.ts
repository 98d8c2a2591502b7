/** Records every CTAP and U2F exchange of an authenticator while a transport serves it. */
import type { WireExchange } from '#result/transcript.ts';
import { capture } from '#transport/capture.ts';
import type { CtapDevice, Keepalive, Transact } from '#transport/device.ts';

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

/** Returns the functions of an authenticator for a transport (`AuthenticatorBackend` of the emulator); they call `record` with each exchange. */
export function recordExchanges(device: PluggableDevice, record: (exchange: WireExchange) => void) {
  const captured = capture(device, { elapsedMs: () => performance.now(), record });
  const process =
    (send: Transact) =>
    (message: Uint8Array, { signal, keepalive, channel }: ProcessOptions = {}) =>
      send(message, { signal, onKeepalive: keepalive, channel });
  return {
    process: process(captured.transact),
    processU2f: captured.transactU2f && process(captured.transactU2f),
    powerCycle: () => (device.plugged ? device.powerCycle() : device.replug()),
  };
}
