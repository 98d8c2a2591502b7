/** What the client's tests run in: an emulated or a scripted key, a user who can be watched, a page to call from. */

import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { type AuthenticatorOptions, createAuthenticator, type PluggedDevice, plugIn } from '#emulator';
import { encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { type CommandRequest, type CommandResponse, commandName, commands } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import type { CtapDevice, TransactOptions } from '#transport/device.ts';
import { type AutoApproveOptions, autoApproveUser } from '../auto-approve-user.ts';
import type { AuthenticatorSource, AvailableAuthenticator, ClientContext } from '../context.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from '../credential-options.ts';
import type { EndReason, UserInteraction } from '../user-interaction.ts';

export const origin = 'https://login.example.com';
export const rpId = 'example.com';

export const creationOptions = (
  changes: Partial<PublicKeyCredentialCreationOptionsJSON> = {},
): PublicKeyCredentialCreationOptionsJSON => ({
  rp: { id: rpId, name: 'Example' },
  user: { id: 'AQIDBA', name: 'alice', displayName: 'Alice' },
  challenge: 'AAECAwQFBgcICQoLDA0ODw',
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  ...changes,
});

export interface World {
  context: ClientContext & { clock: AdjustableClock };
  /** What the user was told at the end. */
  informed: EndReason[];
  /** Questions in order: the method's name, and of a PIN prompt what it said. */
  asked: string[];
}

/** A page with these authenticators; `user` overrides single answers. */
export function createTestClient(
  authenticators: AvailableAuthenticator[] | AuthenticatorSource,
  answers: AutoApproveOptions = {},
  user: Partial<UserInteraction> = {},
): World {
  const informed: EndReason[] = [];
  const asked: string[] = [];
  const base = { ...autoApproveUser({ ...answers, onInform: (reason) => informed.push(reason) }), ...user };
  const watched: UserInteraction = {
    ...base,
    chooseAuthenticator: (choices, signal) =>
      note(`choose ${choices.map(({ id }) => id)}`, () => base.chooseAuthenticator(choices, signal)),
    connectKey: (signal) => note('connect', () => base.connectKey(signal)),
    providePin: (prompt, signal) =>
      note(['pin', prompt.kind, prompt.retries, prompt.problem].filter((part) => part !== undefined).join(' '), () =>
        base.providePin(prompt, signal),
      ),
    awaitPresence: (prompt, signal) => note(`touch ${prompt.why}`, () => base.awaitPresence(prompt, signal)),
    review: (prompt, signal) => note('review', () => base.review(prompt, signal)),
    chooseAccount: (accounts, signal) =>
      note(`account ${accounts.map(({ name }) => name)}`, () => base.chooseAccount(accounts, signal)),
  };
  function note<T>(question: string, answer: () => T): T {
    asked.push(question);
    return answer();
  }
  const source = Array.isArray(authenticators) ? new PluggableAuthenticators(authenticators) : authenticators;
  const clock = new AdjustableClock();
  const context = { origin, authenticators: source, user: watched, clock, random: seededRandom('client') };
  return { context, informed, asked };
}

/** USB sockets into which keys are plugged while a ceremony runs. */
export class PluggableAuthenticators implements AuthenticatorSource {
  #list: readonly AvailableAuthenticator[];
  readonly listeners = new Set<() => void>();

  constructor(list: readonly AvailableAuthenticator[] = []) {
    this.#list = list;
  }

  list(): readonly AvailableAuthenticator[] {
    return this.#list;
  }

  set(...list: AvailableAuthenticator[]): void {
    this.#list = list;
    for (const listener of this.listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export const asSecurityKey = (device: CtapDevice, id = 'key'): AvailableAuthenticator => ({
  id,
  kind: 'security-key',
  label: 'USB security key',
  device,
});

/** An emulated key that records the commands it gets. */
export function createEmulatedKey(options: Partial<AuthenticatorOptions> = {}) {
  const authenticator = createAuthenticator({
    persona: 'yubikey-5-nfc',
    random: seededRandom('key'),
    ...options,
  });
  const plugged = plugIn(authenticator);
  const sent: string[] = [];
  const device: CtapDevice & Pick<PluggedDevice, 'unplug' | 'replug'> = {
    ...plugged,
    transact(message, transactOptions) {
      sent.push(commandName(message[0] ?? 0) ?? 'unknown');
      return plugged.transact(message, transactOptions);
    },
  };
  return { authenticator, device, sent };
}

type Reply = Uint8Array | CtapStatusName | Promise<Uint8Array>;
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

/** A device that answers what a test says, byte for byte. */
export function createScriptedDevice(script: Script): CtapDevice {
  const answer = (message: Uint8Array, options: TransactOptions): Reply => {
    const name = commandName(message[0]!);
    const parameters = message.length > 1 ? decode(message.subarray(1)) : new Map();
    const parsed = name && commands[name].request.parse(parameters);
    if (name === 'authenticatorGetInfo') return ok('authenticatorGetInfo', { ...minimalInfo, ...script.info });
    if (name === 'authenticatorMakeCredential')
      return script.makeCredential?.(parsed as never, options) ?? 'CTAP1_ERR_OTHER';
    if (name === 'authenticatorGetAssertion')
      return script.getAssertion?.(parsed as never, options) ?? 'CTAP1_ERR_OTHER';
    if (name === 'authenticatorClientPIN') return script.clientPin?.(parsed as never, options) ?? 'CTAP1_ERR_OTHER';
    if (name === 'authenticatorSelection') return script.selection?.(options) ?? 'CTAP1_ERR_OTHER';
    if (name === 'authenticatorGetNextAssertion') return script.getNextAssertion?.() ?? 'CTAP1_ERR_OTHER';
    return 'CTAP1_ERR_INVALID_COMMAND';
  };
  return createFakeDevice(async (message, options = {}) => {
    const reply = await answer(message, options);
    return typeof reply === 'string' ? new Uint8Array([ctapStatus[reply]]) : reply;
  });
}

export const createFakeDevice = (transact: CtapDevice['transact']): CtapDevice => ({
  name: 'scripted',
  transport: 'usb',
  capabilities: { wink: false, cbor: true, nmsg: true },
  transact,
  [Symbol.asyncDispose]: async () => undefined,
});

/** A successful answer. */
export function ok<C extends keyof typeof commands>(command: C, response: CommandResponse<C>): Uint8Array {
  const body = commands[command].response.encode(response as never);
  return new Uint8Array([0, ...(body.size > 0 ? encode(body) : [])]);
}

/** How a promise was rejected; fails the test when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}

/** Timers that keep the process alive. */
export const countActiveTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
