/** Devices for tests that respond as a script says, byte for byte, also in ways that no real key does. */
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { type CommandRequest, type CommandResponse, commandName, commands } from '#protocol/commands.ts';
import { createCoseKey } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import type { CtapDevice, TransactOptions } from '#transport/device.ts';
import { rpId } from './test-client.ts';

/** A response message, or a status to respond with. */
type Reply = Uint8Array | CtapStatusName | Promise<Uint8Array>;

/** The responses of a scripted device. A command without an entry ends with CTAP1_ERR_OTHER. */
export interface Script {
  info?: Partial<AuthenticatorInfo>;
  makeCredential?: (request: CommandRequest<'authenticatorMakeCredential'>, options: TransactOptions) => Reply;
  getAssertion?: (request: CommandRequest<'authenticatorGetAssertion'>, options: TransactOptions) => Reply;
  clientPin?: (request: CommandRequest<'authenticatorClientPIN'>, options: TransactOptions) => Reply;
  selection?: (options: TransactOptions) => Reply;
  getNextAssertion?: () => Reply;
}

export const minimalInfo: AuthenticatorInfo = {
  versions: ['FIDO_2_0', 'FIDO_2_1'],
  aaguid: new Uint8Array(16),
  options: { rk: true },
};

/** Creates a device that responds to each command as `script` says. */
export function createScriptedDevice(script: Script): CtapDevice {
  return createFakeDevice(async (message, options = {}) => {
    const reply = (await replyTo(message, script, options)) ?? 'CTAP1_ERR_OTHER';
    return typeof reply === 'string' ? new Uint8Array([ctapStatus[reply]]) : reply;
  });
}

function replyTo(message: Uint8Array, script: Script, options: TransactOptions): Reply | undefined {
  const name = commandName(message[0] ?? 0);
  const parameters = message.length > 1 ? decode(message.subarray(1)) : new Map();
  const request = name && commands[name].request.parse(parameters);
  switch (name) {
    case 'authenticatorGetInfo':
      return encodeResponse('authenticatorGetInfo', { ...minimalInfo, ...script.info });
    case 'authenticatorMakeCredential':
      return script.makeCredential?.(request as never, options);
    case 'authenticatorGetAssertion':
      return script.getAssertion?.(request as never, options);
    case 'authenticatorClientPIN':
      return script.clientPin?.(request as never, options);
    case 'authenticatorSelection':
      return script.selection?.(options);
    case 'authenticatorGetNextAssertion':
      return script.getNextAssertion?.();
    default:
      return 'CTAP1_ERR_INVALID_COMMAND';
  }
}

/** Creates a device with this `transact`. */
export const createFakeDevice = (transact: CtapDevice['transact']): CtapDevice => ({
  name: 'scripted',
  transport: 'usb',
  capabilities: { wink: false, cbor: true, nmsg: true },
  transact,
  [Symbol.asyncDispose]: async () => undefined,
});

/** Returns the message of a successful response. */
export function encodeResponse<C extends keyof typeof commands>(command: C, response: CommandResponse<C>): Uint8Array {
  const body = commands[command].response.encode(response as never);
  return new Uint8Array([0, ...(body.size > 0 ? encode(body) : [])]);
}

export const credentialPublicKey = createCoseKey({
  alg: -7,
  kty: 2,
  crv: 1,
  x: new Uint8Array(32).fill(1),
  y: new Uint8Array(32).fill(2),
});

/** Returns valid authenticator data with a new credential, with `changes`. */
export const authenticatorDataWith = (
  changes: Partial<Parameters<typeof encodeAuthenticatorData>[0]> = {},
): Uint8Array =>
  encodeAuthenticatorData({
    rpIdHash: sha256(rpId),
    flags: flag.UP,
    signCount: 0,
    attestedCredentialData: {
      aaguid: new Uint8Array(16),
      credentialId: new Uint8Array(16).fill(3),
      credentialPublicKey: encode(credentialPublicKey),
    },
    ...changes,
  });

/** Returns the message of a successful makeCredential response. */
export const makeCredentialResponse = (authData = authenticatorDataWith()): Uint8Array =>
  encodeResponse('authenticatorMakeCredential', { fmt: 'packed', authData, attStmt: new Map() });

/** Resolves with a response of this status when the signal is aborted, as a device does for a cancelled command. */
export const respondWhenAborted = (signal: AbortSignal | undefined, status: CtapStatusName): Promise<Uint8Array> =>
  new Promise((resolve) =>
    signal?.addEventListener('abort', () => resolve(new Uint8Array([ctapStatus[status]])), { once: true }),
  );
