/**
 * The PIN dialogue, CTAP 2.1 section 6.5.5: create a PIN, change one that must be changed, enter one until it is right.
 * Asks the user, talks to the key, and tells what was wrong; the commands themselves are `pin-protocol.ts`.
 */
import { utf8 } from '#base/bytes.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { Ceremony } from './ceremony.ts';
import { CeremonyError } from './status-to-dom-exception.ts';
import type { Ctap2 } from './ctap2.ts';
import { normalizePin, PinUvAuthSession, type PinUvAuthToken, pinRetries, type TokenScope } from './pin-protocol.ts';
import type { PinPrompt } from './user-interaction.ts';

/** A key, what it said of itself, and the protocol chosen for it. */
export interface PinAuthenticator {
  ctap: Ctap2;
  info: AuthenticatorInfo;
  protocol: PinUvAuthProtocol;
}

type Problem = NonNullable<PinPrompt['problem']>;

/** A PIN has at least 4 code points, whatever the key's own minimum for a new one, and at most 63 bytes: section 6.5.1. */
const leastCodePoints = 4;
const mostBytes = 63;

/**
 * Gets a token by PIN; a key without PIN gets one first, a key that forces a change gets that first.
 * @throws {CeremonyError} NotAllowedError when the user cancels or the PIN is locked or blocked.
 */
export async function getTokenByPin(
  key: PinAuthenticator,
  scope: TokenScope,
  ceremony: Ceremony,
): Promise<PinUvAuthToken> {
  const { info } = key;
  const getToken = (pin: string) =>
    inSession(key, ceremony, (session) => session.tokenUsingPin(pin, info.options?.pinUvAuthToken ? scope : undefined));
  if (info.options?.clientPin !== true) return getToken(await createPin(key, ceremony));
  if (info.forcePINChange) return getToken(await replacePin(key, ceremony));
  return enterPin(key, ceremony, getToken);
}

/** Asks until the key takes the new PIN. */
function createPin(key: PinAuthenticator, ceremony: Ceremony): Promise<string> {
  return newPin('set', key, ceremony, (pin) => inSession(key, ceremony, (session) => session.setPin(pin)));
}

/** Asks for the PIN to be replaced, then for its successor; a wrong one costs a retry and is asked for again. */
function replacePin(key: PinAuthenticator, ceremony: Ceremony): Promise<string> {
  let successor: string | undefined;
  return enterPin(key, ceremony, (current) => {
    const change = (pin: string) => {
      successor = pin;
      return inSession(key, ceremony, (session) => session.changePin(current, pin));
    };
    return newPin('change', key, ceremony, change, successor);
  });
}

/** `answer` was given to the same question before, and could not be judged because the current PIN was wrong. */
async function newPin(
  kind: 'set' | 'change',
  key: PinAuthenticator,
  ceremony: Ceremony,
  submit: (pin: string) => Promise<void>,
  answer?: string,
): Promise<string> {
  const minCodePoints = Math.max(leastCodePoints, key.info.minPINLength ?? 0);
  let problem: Problem | undefined;
  for (let given = answer; ; given = undefined) {
    const pin = given ?? (await askForPin({ kind, minCodePoints, ...(problem && { problem }) }, ceremony));
    problem = lengthProblem(pin, minCodePoints, key.info.maxPINLength);
    if (problem) continue;
    const refusal = await statusOf(submit(pin), 'CTAP2_ERR_PIN_POLICY_VIOLATION');
    if (!refusal) return pin;
    problem = 'refused-by-policy';
  }
}

/** Asks for the key's PIN until `use` succeeds with it. Retries are read before each prompt, as the dialogs show them. */
async function enterPin<T>(key: PinAuthenticator, ceremony: Ceremony, use: (pin: string) => Promise<T>): Promise<T> {
  let problem: Problem | undefined;
  for (;;) {
    const retries = await retriesLeft(key, ceremony);
    const prompt: PinPrompt = { kind: 'enter', minCodePoints: leastCodePoints, retries, ...(problem && { problem }) };
    const pin = await askForPin(prompt, ceremony);
    problem = lengthProblem(pin, leastCodePoints, undefined);
    if (problem) continue;
    try {
      return await use(pin);
    } catch (error) {
      if (!(error instanceof CtapError && error.status === 'CTAP2_ERR_PIN_INVALID')) throw error;
      problem = 'wrong';
    }
  }
}

/** @throws {CeremonyError} NotAllowedError when no PIN can be tried now. */
async function retriesLeft({ ctap, protocol }: PinAuthenticator, ceremony: Ceremony): Promise<number> {
  const { retries, powerCycle } = await ceremony.measure('pin', () => pinRetries(ctap, protocol));
  if (retries === 0)
    throw new CeremonyError('NotAllowedError', 'the PIN is blocked, the key needs a reset', 'pin-blocked');
  if (powerCycle)
    throw new CeremonyError('NotAllowedError', 'the PIN is locked until the key is reinserted', 'pin-soft-locked');
  return retries;
}

async function askForPin(prompt: PinPrompt, ceremony: Ceremony): Promise<string> {
  const pin = await ceremony.ask('PIN', (user, signal) => user.providePin(prompt, signal));
  return normalizePin(pin);
}

function lengthProblem(pin: string, minCodePoints: number, maxCodePoints: number | undefined): Problem | undefined {
  const codePoints = [...pin].length;
  if (codePoints < minCodePoints) return 'too-short';
  if (utf8(pin).length > mostBytes || codePoints > (maxCodePoints ?? mostBytes)) return 'too-long';
  return undefined;
}

/** A new key agreement for each exchange: the device makes a new key whenever a PIN was wrong. */
function inSession<T>(
  { ctap, protocol }: PinAuthenticator,
  ceremony: Ceremony,
  work: (session: PinUvAuthSession) => Promise<T>,
): Promise<T> {
  return ceremony.measure('pin', async () =>
    work(await PinUvAuthSession.open(ctap, protocol, ceremony.context.random)),
  );
}

/** Waits for `work`; true when it ended with exactly this status. */
async function statusOf(work: Promise<void>, status: CtapStatusName): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof CtapError && error.status === status) return true;
    throw error;
  }
}
