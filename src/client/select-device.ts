/**
 * Selects the authenticator for the ceremony: the user chooses a kind of authenticator, and touches one of several keys.
 * WebAuthn L3 section 5.1.3 steps 20 to 22 (hints, attachment, candidates), CTAP 2.1 section 6.9.
 */
import { LinkedAbort } from '#base/async.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CtapDevice, Keepalive } from '#transport/device.ts';
import type { Ceremony } from './ceremony.ts';
import { CeremonyError } from './ceremony-error.ts';
import type { AvailableAuthenticator } from './context.ts';
import type { AuthenticatorAttachment, Hint } from './credential-options.ts';
import { Ctap2, type CtapCommands, type CtapOptions, isDeviceRemoved } from './ctap2.ts';
import { U2fAuthenticator } from './u2f-authenticator.ts';
import type { AuthenticatorChoice } from './user-interaction.ts';
import type { OpenAuthenticator } from './user-verification.ts';
import { waitForTouch } from './wait-for-touch.ts';

type AuthenticatorKind = AuthenticatorChoice['kind'];

export interface Selection {
  rpId: string;
  attachment?: AuthenticatorAttachment | undefined;
  hints: readonly Hint[];
  /** Returns whether an authenticator fulfils the requirements of the request. */
  isSuitable(info: AuthenticatorInfo): boolean;
}

export interface SelectedAuthenticator extends OpenAuthenticator {
  available: AvailableAuthenticator;
}

const kindsByAttachment: Record<AuthenticatorAttachment, readonly AuthenticatorKind[]> = {
  platform: ['this-device'],
  'cross-platform': ['security-key', 'phone'],
};
const kindByHint: Record<Hint, AuthenticatorKind> = {
  'security-key': 'security-key',
  'client-device': 'this-device',
  hybrid: 'phone',
};
const anySecurityKey: AuthenticatorChoice = { id: 'security-key', kind: 'security-key', label: 'Security key' };
/** How long a device that is listed again after it was unplugged gets before the next attempt to use it. */
const reconnectDelayMs = 100;

/**
 * Runs `work` on the selected authenticator and returns its result. When a key is unplugged before the end, asks for it again or
 * ends the ceremony, according to the client policy.
 */
export async function withSelectedAuthenticator<T>(
  selection: Selection,
  ceremony: Ceremony,
  work: (authenticator: SelectedAuthenticator) => Promise<T>,
): Promise<T> {
  const choice = await chooseKind(selection, ceremony);
  for (;;) {
    try {
      return await work(await selectAuthenticator(choice, selection, ceremony));
    } catch (error) {
      const mayAskAgain = ceremony.policy.onKeyRemoved === 'ask-again' && choice.kind === 'security-key';
      if (!isDeviceRemoved(error) || !mayAskAgain) throw error;
    }
  }
}

/**
 * Lets the user choose if several kinds are offered, and returns the choice.
 * @throws {CeremonyError} NotAllowedError when nothing can be offered or the user cancels.
 */
async function chooseKind(selection: Selection, ceremony: Ceremony): Promise<AuthenticatorChoice> {
  const choices = listChoices(selection, ceremony.context.authenticators.list());
  const [first] = choices;
  if (!first) throw unsuitable('the machine has none of the requested kind');
  if (choices.every(({ kind }) => kind === first.kind)) {
    ceremony.context.user.skipChoice?.(choices);
    return first;
  }
  const id = await ceremony.askUser('Where to save', (user, signal) => user.chooseAuthenticator(choices, signal));
  const chosen = choices.find((choice) => choice.id === id);
  if (chosen) return chosen;
  const offered = choices.map((choice) => choice.id).join(', ');
  throw new CeremonyError('NotAllowedError', `Cannot use the chosen authenticator: expected ${offered}, got "${id}"`);
}

/**
 * Returns the choices for the user. A security key is always one of them, since it can be connected at any time. Hints take
 * precedence over the attachment (section 5.8.8); a hint to a kind that does not exist here is ignored.
 */
function listChoices({ attachment, hints }: Selection, list: readonly AvailableAuthenticator[]) {
  const others = list.filter(({ kind }) => kind !== 'security-key').map(({ id, kind, label }) => ({ id, kind, label }));
  const choices: AuthenticatorChoice[] = [...others, anySecurityKey];
  for (const hint of hints) {
    const hinted = choices.filter(({ kind }) => kind === kindByHint[hint]);
    if (hinted.length > 0) return hinted;
  }
  return attachment ? choices.filter(({ kind }) => kindsByAttachment[attachment].includes(kind)) : choices;
}

/**
 * Returns a suitable authenticator for `choice`, opened. Waits for a key if none is connected, and asks for a touch if
 * several are.
 * @throws {CeremonyError} NotAllowedError when none is suitable or the user cancels.
 */
async function selectAuthenticator(
  choice: AuthenticatorChoice,
  selection: Selection,
  ceremony: Ceremony,
): Promise<SelectedAuthenticator> {
  const isCandidate = ({ id, kind, device }: AvailableAuthenticator) =>
    !ceremony.removedDevices.has(device) &&
    (choice.kind === 'security-key' ? kind === 'security-key' : id === choice.id);
  const connected = () => ceremony.context.authenticators.list().filter(isCandidate);
  if (connected().length === 0) await waitForKey(() => connected().length > 0, ceremony);
  const opened = await openAll(connected(), ceremony);
  const suitable = opened.filter(({ info }) => selection.isSuitable(info));
  const [first, ...others] = suitable;
  if (!first) throw unsuitable('it does not support what this site requires');
  return others.length === 0 ? first : selectByTouch(suitable, selection.rpId, ceremony);
}

/** Asks the user to connect a key. Resolves, and hides the prompt, when `isConnected` returns true. */
async function waitForKey(isConnected: () => boolean, ceremony: Ceremony): Promise<void> {
  using prompt = new LinkedAbort(ceremony.signal);
  let stopListening: () => void = () => undefined;
  const appeared = new Promise<void>((resolve) => {
    const check = () => {
      forgetUnlistedDevices(ceremony);
      if (isConnected()) resolve();
    };
    stopListening = ceremony.context.authenticators.onChange(check);
    check();
  });
  const answered = ceremony.askUser('Connect the key', (user, signal) => user.connectKey(signal), prompt.signal);
  const connected = answered.then(async () => {
    if (ceremony.removedDevices.size > 0) await retryRemovedDevices(ceremony);
    return isConnected() ? undefined : appeared;
  });
  connected.catch(() => undefined);
  try {
    await ceremony.waitFor(Promise.race([appeared, connected]));
  } finally {
    stopListening();
  }
}

/** The user confirmed that the key is connected: removed devices that are still listed count again, after a short delay. */
async function retryRemovedDevices({ removedDevices, context, signal }: Ceremony): Promise<void> {
  await context.clock.sleep(reconnectDelayMs, signal);
  removedDevices.clear();
}

/** A removed device that has left the list counts again when it returns. */
function forgetUnlistedDevices({ removedDevices, context }: Ceremony): void {
  const listed = new Set(context.authenticators.list().map(({ device }) => device));
  for (const device of removedDevices) if (!listed.has(device)) removedDevices.delete(device);
}

/** Returns the authenticators that can be opened. Throws the first failure when none can. */
async function openAll(list: readonly AvailableAuthenticator[], ceremony: Ceremony): Promise<SelectedAuthenticator[]> {
  const attempts = await Promise.allSettled(list.map((available) => openAuthenticator(available, ceremony)));
  const opened = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  const failure = attempts.find((attempt) => attempt.status === 'rejected');
  if (opened.length === 0 && failure) throw failure.reason;
  return opened;
}

/** @throws {CeremonyError} NotAllowedError for a device that this client cannot use. */
export async function openAuthenticator(
  available: AvailableAuthenticator,
  ceremony: Ceremony,
): Promise<SelectedAuthenticator> {
  const { device } = available;
  const ctap = createCommands(device, {
    clock: ceremony.context.clock,
    signal: ceremony.signal,
    onRemoved: () => ceremony.removedDevices.add(device),
  });
  const info = await ceremony.measure('get-info', () => ctap.getInfo());
  return { available, ctap, info };
}

/** CTAP2, or U2F on a key that supports nothing else: CTAP 2.1 section 7. */
function createCommands(device: CtapDevice, options: CtapOptions): CtapCommands {
  if (device.capabilities.cbor) return new Ctap2(device, options);
  const { capabilities, transactU2f } = device;
  if (transactU2f && !capabilities.nmsg) return new U2fAuthenticator(transactU2f.bind(device), options);
  throw unsuitable(`${device.name} supports neither CTAP2 nor U2F`);
}

/** Waits for a touch on every candidate, returns the first one that is touched, and cancels the others. */
async function selectByTouch(
  candidates: readonly SelectedAuthenticator[],
  rpId: string,
  ceremony: Ceremony,
): Promise<SelectedAuthenticator> {
  using others = new LinkedAbort(ceremony.signal);
  using watch = ceremony.watchPresence({ why: 'select-device', rpId, verification: false });
  // A key that no longer waits does not hide the prompt, since the others still wait.
  const onKeepalive = (state: Keepalive) => {
    if (state === 'upneeded') watch.onKeepalive(state);
  };
  const waiting = candidates.map(async (candidate) => {
    await waitForTouch(candidate, { signal: others.signal, onKeepalive });
    return candidate;
  });
  return await firstSuccess(waiting);
}

/** Resolves with the first success. When all fail, rejects with the first failure. */
async function firstSuccess<T>(attempts: readonly Promise<T>[]): Promise<T> {
  try {
    return await Promise.any(attempts);
  } catch (failures) {
    throw (failures as AggregateError).errors[0];
  }
}

const unsuitable = (reason: string) =>
  new CeremonyError('NotAllowedError', `Cannot use an authenticator: ${reason}`, 'device-unsuitable');
