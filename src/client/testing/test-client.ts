/** Support for the client's tests: a page context with recorded prompts, and an emulated key. */
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { defined } from '#base/testing/defined.ts';
import { type AuthenticatorOptions, createAuthenticator, type PluggedDevice, plugIn } from '#emulator';
import { commandName } from '#protocol/commands.ts';
import type { CtapDevice } from '#transport/device.ts';
import { type AutoApproveOptions, autoApproveUser } from '../auto-approve-user.ts';
import type { AuthenticatorSource, AvailableAuthenticator, ClientContext, ManagedPasskey } from '../context.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from '../credential-options.ts';
import type { EndReason, PinPrompt, UserInteraction } from '../user-interaction.ts';

export const origin = 'https://login.example.com';
export const rpId = 'example.com';

/** Options of create() with `changes`; ES256 and no preferences. */
export const creationOptions = (
  changes: Partial<PublicKeyCredentialCreationOptionsJSON> = {},
): PublicKeyCredentialCreationOptionsJSON => ({
  rp: { id: rpId, name: 'Example' },
  user: { id: 'AQIDBA', name: 'alice', displayName: 'Alice' },
  challenge: 'AAECAwQFBgcICQoLDA0ODw',
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  ...changes,
});

export interface TestClient {
  context: ClientContext & { clock: AdjustableClock };
  /** Reasons shown to the user at the end of ceremonies. */
  informed: EndReason[];
  /** Prompts in order, e.g. `pin enter 7 wrong` (kind, retries, problem) or `touch register`. */
  asked: string[];
}

/** Creates the context of a page with these authenticators. `user` replaces single methods of the auto-approving user. */
export function createTestClient(
  authenticators: AvailableAuthenticator[] | AuthenticatorSource,
  options: AutoApproveOptions = {},
  user: Partial<UserInteraction> = {},
): TestClient {
  const informed: EndReason[] = [];
  const asked: string[] = [];
  const autoApprove = autoApproveUser({ ...options, onInform: (reason) => informed.push(reason) });
  const source = Array.isArray(authenticators) ? new PluggableAuthenticators(authenticators) : authenticators;
  const clock = new AdjustableClock();
  const context = {
    origin,
    authenticators: source,
    user: recordPrompts({ ...autoApprove, ...user }, asked),
    clock,
    random: seededRandom('client'),
  };
  return { context, informed, asked };
}

/** Returns a user who answers as `user` does and adds every prompt to `asked`. */
function recordPrompts(user: UserInteraction, asked: string[]): UserInteraction {
  function record<T>(prompt: string, answer: () => T): T {
    asked.push(prompt);
    return answer();
  }
  return {
    ...user,
    chooseAuthenticator: (choices, signal) =>
      record(`choose ${choices.map(({ id }) => id)}`, () => user.chooseAuthenticator(choices, signal)),
    connectKey: (signal) => record('connect', () => user.connectKey(signal)),
    providePin: (prompt, signal) => record(describePinPrompt(prompt), () => user.providePin(prompt, signal)),
    awaitPresence: (prompt, signal) => record(`touch ${prompt.why}`, () => user.awaitPresence(prompt, signal)),
    review: (prompt, signal) => record('review', () => user.review(prompt, signal)),
    chooseAccount: (accounts, signal) =>
      record(`account ${accounts.map(({ name }) => name)}`, () => user.chooseAccount(accounts, signal)),
    chooseAutofillAccount: (prompt, signal) =>
      record(`autofill ${prompt.accounts.map(({ name }) => name)}`, () => user.chooseAutofillAccount(prompt, signal)),
    consentToConditionalCreate: (prompt, signal) =>
      record(`consent ${prompt.userName}`, () => user.consentToConditionalCreate(prompt, signal)),
  };
}

const describePinPrompt = ({ kind, retries, problem }: PinPrompt): string =>
  ['pin', kind, retries, problem].filter((part) => part !== undefined).join(' ');

/** An authenticator source whose list a test changes while a ceremony runs. */
export class PluggableAuthenticators implements AuthenticatorSource {
  #list: readonly AvailableAuthenticator[];
  readonly listeners = new Set<() => void>();

  constructor(list: readonly AvailableAuthenticator[] = []) {
    this.#list = list;
  }

  list(): readonly AvailableAuthenticator[] {
    return this.#list;
  }

  /** Replaces the list and calls the listeners. */
  set(...list: AvailableAuthenticator[]): void {
    this.#list = list;
    for (const listener of this.listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Lists `device` as a USB security key. */
export const asSecurityKey = (device: CtapDevice, id = 'key'): AvailableAuthenticator => ({
  id,
  kind: 'security-key',
  label: 'USB security key',
  device,
});

/** Lists an emulated key as a credential manager of this device, with the accounts that it stores. */
export const asCredentialManager = ({ device, authenticator }: EmulatedTestKey): AvailableAuthenticator => ({
  id: 'here',
  kind: 'this-device',
  label: authenticator.persona.label,
  device,
  createsWithoutPresence: authenticator.persona.createsWithoutPresence,
  discoverCredentials: async (rpId) => listPasskeys(authenticator, rpId).filter(({ hidden }) => !hidden),
  passkeys: {
    list: async (rpId) => listPasskeys(authenticator, rpId),
    remove: async (id) => authenticator.managedCredentials.remove(id),
    setHidden: async (id, hidden) => authenticator.managedCredentials.setHidden(id, hidden),
    rename: async (id, user) => authenticator.managedCredentials.rename(id, user),
  },
});

const listPasskeys = (authenticator: EmulatedTestKey['authenticator'], ofRpId: string): ManagedPasskey[] =>
  authenticator
    .inspect()
    .credentials.flatMap(({ rpId, userName: name = '', userDisplayName: displayName = '', ...passkey }) =>
      rpId === ofRpId ? [{ ...passkey, name, displayName }] : [],
    );

/** Returns the device of a key that speaks only U2F; `sent` lists the U2F commands that it received. */
export function asU2fDevice({ device }: Pick<EmulatedTestKey, 'device'>): CtapDevice & { sent: string[] } {
  const sent: string[] = [];
  const transactU2f = defined(device.transactU2f);
  return {
    ...device,
    sent,
    capabilities: { wink: false, cbor: false, nmsg: false },
    transact: () => Promise.reject(new Error('This key does not speak CTAP2')),
    transactU2f(apdu, options) {
      const [, instruction = 0, control = 0] = apdu;
      sent.push(instruction === 2 ? `authenticate ${control}` : instruction === 1 ? 'register' : `${instruction}`);
      return transactU2f(apdu, options);
    },
  };
}

type EmulatedTestKey = ReturnType<typeof createEmulatedKey>;

/** Creates an emulated key, by default a YubiKey 5 NFC. `sent` lists the names of the commands that it received. */
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

/** Returns the error with which `promise` rejects. Throws when it resolves. */
export async function catchRejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Expected the promise to reject');
}

/** Returns the number of timers that keep the process alive. */
export const countActiveTimers = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
