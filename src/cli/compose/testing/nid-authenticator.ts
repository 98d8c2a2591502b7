/** The authenticator of the npm package nid-webauthn-emulator, which is not ours, as the target of a conformance run. It touches itself. */
import { AuthenticationEmulatorError, AuthenticatorEmulator } from 'nid-webauthn-emulator';
import { concat } from '#base/bytes.ts';
import { messageOf } from '#base/errors.ts';
import type { ConnectedAuthenticator } from '#conformance/authenticator/connected/connected-authenticator.ts';
import { TransportError } from '#protocol/errors.ts';
import type { CtapDevice } from '#transport/device.ts';

/** Returns a new authenticator without credentials. It has no power that could be turned off: its credentials are lost with the object. */
export function createNidAuthenticator(): ConnectedAuthenticator {
  const emulator = new AuthenticatorEmulator();
  const device: CtapDevice = {
    name: 'in-process:nid-webauthn-emulator',
    transport: 'usb',
    capabilities: { wink: false, cbor: true, nmsg: true },
    async transact(message) {
      const [command = 0] = message;
      const parameters = message.length > 1 && { data: Uint8Array.from(message.subarray(1)) };
      try {
        const { status, data } = emulator.command({ command, ...parameters });
        return concat(new Uint8Array([status]), data ?? new Uint8Array(0));
      } catch (cause) {
        return new Uint8Array([statusOf(cause)]);
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  return {
    name: 'nid-webauthn-emulator 0.2.11',
    behaviours: ['touch'],
    caseLimitMs: 20_000,
    device,
    setUser: () => undefined,
    powerCycle: async () => undefined,
    wait: async () => undefined,
    reconnect: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** The library throws a refusal; any other error is a crash, which a host sees as an answer that does not come. */
function statusOf(error: unknown): number {
  if (error instanceof AuthenticationEmulatorError) return error.status;
  throw new TransportError('framing', `The library threw ${messageOf(error)}`, { cause: error });
}
