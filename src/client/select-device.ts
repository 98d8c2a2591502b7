/**
 * Which authenticator serves the ceremony: the place the user chooses, then the key the user touches.
 * WebAuthn L3 section 5.1.3 steps 20 to 22 (hints, attachment, candidates), CTAP 2.1 section 6.9.
 */

import { LinkedAbort } from '#base/async.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { Ceremony } from './ceremony.ts';
import type { AvailableAuthenticator } from './context.ts';
import type { AuthenticatorAttachment, Hint } from './credential-options.ts';
import { CeremonyError } from './status-to-dom-exception.ts';
import { Ctap2, isDeviceRemoved } from './ctap2.ts';
import type { AuthenticatorChoice } from './user-interaction.ts';
import type { OpenAuthenticator } from './user-verification.ts';
import { waitForTouch } from './wait-for-touch.ts';

type Place = AuthenticatorChoice['kind'];

export interface Selection {
  rpId: string;
  attachment?: AuthenticatorAttachment | undefined;
  hints: readonly Hint[];
  /** Whether a credential can be made or used on such an authenticator. */
  suits(info: AuthenticatorInfo): boolean;
}

export interface SelectedAuthenticator extends OpenAuthenticator {
  available: AvailableAuthenticator;
}

const placesOf: Record<AuthenticatorAttachment, readonly Place[]> = {
  platform: ['this-device'],
  'cross-platform': ['security-key', 'phone'],
};
const placeOf: Record<Hint, Place> = {
  'security-key': 'security-key',
  'client-device': 'this-device',
  hybrid: 'phone',
};
const anyKey: AuthenticatorChoice = { id: 'security-key', kind: 'security-key', label: 'Security key' };

/**
 * Runs `work` on the authenticator that is chosen. A key that is pulled meanwhile is asked for again, or ends the ceremony,
 * as the client's policy says.
 */
export async function withSelectedAuthenticator<T>(
  selection: Selection,
  ceremony: Ceremony,
  work: (authenticator: SelectedAuthenticator) => Promise<T>,
): Promise<T> {
  const place = await choosePlace(selection, ceremony);
  for (;;) {
    try {
      return await work(await selectAuthenticator(place, selection, ceremony));
    } catch (error) {
      if (!isDeviceRemoved(error) || ceremony.policy.onKeyRemoved === 'end' || place.kind !== 'security-key') throw error;
    }
  }
}

/**
 * The chosen place; a security key is always on offer, since one can be connected at any time.
 * @throws {CeremonyError} NotAllowedError when no place is left or the user cancels.
 */
async function choosePlace(selection: Selection, ceremony: Ceremony): Promise<AuthenticatorChoice> {
  const choices = offeredPlaces(selection, ceremony.context.authenticators.list());
  const [first] = choices;
  if (!first) throw unsuitable('there is no authenticator of the kind that was asked for');
  if (choices.every(({ kind }) => kind === first.kind)) return first;
  const id = await ceremony.ask('Where to save', (user, signal) => user.chooseAuthenticator(choices, signal));
  const chosen = choices.find((choice) => choice.id === id);
  if (!chosen) throw new CeremonyError('NotAllowedError', `the user chose "${id}", which was not on offer`);
  return chosen;
}

/** Hints come first, also against the attachment (section 5.8.8); where a hinted place does not exist they are ignored. */
function offeredPlaces({ attachment, hints }: Selection, list: readonly AvailableAuthenticator[]) {
  const others = list.filter(({ kind }) => kind !== 'security-key').map(({ id, kind, label }) => ({ id, kind, label }));
  const choices: AuthenticatorChoice[] = [...others, anyKey];
  for (const hint of hints) {
    const hinted = choices.filter(({ kind }) => kind === placeOf[hint]);
    if (hinted.length > 0) return hinted;
  }
  return attachment ? choices.filter(({ kind }) => placesOf[attachment].includes(kind)) : choices;
}

/**
 * An authenticator at that place, opened and suitable: waits for a key when none is connected, asks for a touch when
 * several are.
 * @throws {CeremonyError} NotAllowedError when none suits or the user cancels.
 */
async function selectAuthenticator(
  place: AuthenticatorChoice,
  selection: Selection,
  ceremony: Ceremony,
): Promise<SelectedAuthenticator> {
  const isThere = ({ id, kind, device }: AvailableAuthenticator) =>
    !ceremony.removed.has(device) && (place.kind === 'security-key' ? kind === 'security-key' : id === place.id);
  const connected = () => ceremony.context.authenticators.list().filter(isThere);
  if (connected().length === 0) await waitForKey(() => connected().length > 0, ceremony);
  const opened = await openAll(connected(), ceremony);
  const suitable = opened.filter(({ info }) => selection.suits(info));
  const [first, ...others] = suitable;
  if (!first) throw unsuitable('the authenticator lacks what this site requires');
  return others.length === 0 ? first : touched(suitable, selection.rpId, ceremony);
}

/** Asks to connect a key; the question goes away when one appears. */
async function waitForKey(isThere: () => boolean, ceremony: Ceremony): Promise<void> {
  using question = new LinkedAbort(ceremony.signal);
  let stopListening: () => void = noListener;
  const appeared = new Promise<void>((resolve) => {
    const look = () => {
      forgetAbsent(ceremony);
      if (isThere()) resolve();
    };
    stopListening = ceremony.context.authenticators.onChange(look);
    look();
  });
  const answered = ceremony.ask('Connect the key', (user, signal) => user.connectKey(signal), question.signal);
  const connected = answered.then(async () => {
    if (ceremony.removed.size > 0) await retryLingering(ceremony);
    return isThere() ? undefined : appeared;
  });
  connected.catch(() => undefined);
  try {
    await ceremony.until(Promise.race([appeared, connected]));
  } finally {
    stopListening();
  }
}

const noListener = () => undefined;

/** The user says that the key is back: a device that lingered in the list gets time to come up, and counts again. */
async function retryLingering({ removed, context, signal }: Ceremony): Promise<void> {
  await context.clock.sleep(lingerMs, signal);
  removed.clear();
}

const lingerMs = 100;

/** A pulled device that has left the list may come back to it. */
function forgetAbsent({ removed, context }: Ceremony): void {
  const listed = new Set(context.authenticators.list().map(({ device }) => device));
  for (const device of removed) if (!listed.has(device)) removed.delete(device);
}

/** Those that can be opened; the first failure when none can. */
async function openAll(list: readonly AvailableAuthenticator[], ceremony: Ceremony): Promise<SelectedAuthenticator[]> {
  const attempts = await Promise.allSettled(list.map((available) => open(available, ceremony)));
  const opened = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  const failure = attempts.find((attempt) => attempt.status === 'rejected');
  if (opened.length === 0 && failure) throw failure.reason;
  return opened;
}

async function open(available: AvailableAuthenticator, ceremony: Ceremony): Promise<SelectedAuthenticator> {
  const { device } = available;
  if (!device.capabilities.cbor) throw unsuitable(`${device.name} speaks U2F only`);
  const ctap = new Ctap2(device, {
    clock: ceremony.context.clock,
    signal: ceremony.signal,
    onRemoved: () => ceremony.removed.add(device),
  });
  const info = await ceremony.measure('get-info', () => ctap.getInfo());
  return { available, ctap, info };
}

/** All candidates wait for a touch; the first that gets one is chosen, the others are cancelled. */
async function touched(
  candidates: readonly SelectedAuthenticator[],
  rpId: string,
  ceremony: Ceremony,
): Promise<SelectedAuthenticator> {
  using others = new LinkedAbort(ceremony.signal);
  using watch = ceremony.watchPresence({ why: 'select-device', rpId, verification: false });
  const waiting = candidates.map(async (candidate) => {
    await waitForTouch(candidate, { signal: others.signal, onKeepalive: watch.onKeepalive });
    return candidate;
  });
  return await firstOf(waiting);
}

/** The first to succeed; when all fail, the first failure. */
async function firstOf<T>(attempts: readonly Promise<T>[]): Promise<T> {
  try {
    return await Promise.any(attempts);
  } catch (failures) {
    throw (failures as AggregateError).errors[0];
  }
}

const unsuitable = (why: string) =>
  new CeremonyError('NotAllowedError', `cannot use the authenticator: ${why}`, 'device-unsuitable');
