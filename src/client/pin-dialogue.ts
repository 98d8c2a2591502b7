/**
 * The PIN prompts of a ceremony, CTAP 2.1 section 6.5.5: create a PIN, change a PIN that must be changed, or enter the PIN
 * until it is correct. Asks the user and reports what was wrong; `pin-protocol.ts` sends the commands.
 */
import { utf8 } from '#base/bytes.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { Ceremony } from './ceremony.ts';
import { CeremonyError } from './ceremony-error.ts';
import type { CtapCommands } from './ctap2.ts';
import { normalizePin, PinUvAuthSession, type PinUvAuthToken, pinRetries, type TokenScope } from './pin-protocol.ts';
import type { PinPrompt } from './user-interaction.ts';

/** A key, its getInfo response, and the PIN/UV auth protocol chosen for it. */
export interface PinAuthenticator {
  ctap: CtapCommands;
  info: AuthenticatorInfo;
  protocol: PinUvAuthProtocol;
}

/** A token and how to get another one in the same ceremony: a key clears a token's permissions after each touch. */
export interface RenewableToken {
  token: PinUvAuthToken;
  renew(): Promise<RenewableToken>;
}

type Problem = NonNullable<PinPrompt['problem']>;

/** Section 6.5.1: every PIN has at least 4 code points (a key may require more for a new PIN) and at most 63 bytes. */
const minCodePointsOfAnyPin = 4;
const maxPinBytes = 63;

/**
 * Asks the user for the PIN and returns a token; `renew` uses the same PIN. First creates a PIN on a key without one, and
 * changes a PIN that the key requires to be changed.
 * @throws {CeremonyError} NotAllowedError when the user cancels or the PIN is locked or blocked.
 */
export async function getTokenByPin(
  key: PinAuthenticator,
  scope: TokenScope,
  ceremony: Ceremony,
): Promise<RenewableToken> {
  const { info } = key;
  const tokenScope = info.options?.pinUvAuthToken ? scope : undefined;
  const getToken = async (pin: string): Promise<RenewableToken> => ({
    token: await inSession(key, ceremony, (session) => session.tokenUsingPin(pin, tokenScope)),
    renew: () => getToken(pin),
  });
  if (info.options?.clientPin !== true) return getToken(await createPin(key, ceremony));
  if (info.forcePINChange) return getToken(await changePin(key, ceremony));
  return askForCurrentPin(key, ceremony, getToken);
}

/** Asks for a new PIN until the key accepts it, and returns it. */
function createPin(key: PinAuthenticator, ceremony: Ceremony): Promise<string> {
  const submit = (pin: string) => inSession(key, ceremony, (session) => session.setPin(pin));
  return askForNewPin({ kind: 'set', submit }, key, ceremony);
}

/**
 * Asks for the current PIN, then for the new one, and returns the new one. A wrong current PIN uses up a retry and is asked
 * for again; the new PIN is then kept.
 */
function changePin(key: PinAuthenticator, ceremony: Ceremony): Promise<string> {
  let enteredNewPin: string | undefined;
  return askForCurrentPin(key, ceremony, (current) => {
    const submit = (pin: string) => {
      enteredNewPin = pin;
      return inSession(key, ceremony, (session) => session.changePin(current, pin));
    };
    return askForNewPin({ kind: 'change', submit, enteredBefore: enteredNewPin }, key, ceremony);
  });
}

interface NewPinRequest {
  kind: 'set' | 'change';
  submit(pin: string): Promise<void>;
  /** A new PIN that the user entered before and that the key has not judged, because the current PIN was wrong. */
  enteredBefore?: string | undefined;
}

async function askForNewPin(
  { kind, submit, enteredBefore }: NewPinRequest,
  key: PinAuthenticator,
  ceremony: Ceremony,
): Promise<string> {
  const minCodePoints = Math.max(minCodePointsOfAnyPin, key.info.minPINLength ?? 0);
  let problem: Problem | undefined;
  for (let entered = enteredBefore; ; entered = undefined) {
    const pin = entered ?? (await askForPin({ kind, minCodePoints, ...(problem && { problem }) }, ceremony));
    problem = checkLength(pin, minCodePoints, key.info.maxPINLength);
    if (problem) continue;
    if (!(await endsWithStatus(submit(pin), 'CTAP2_ERR_PIN_POLICY_VIOLATION'))) return pin;
    problem = 'refused-by-policy';
  }
}

/** Asks for the key's PIN until `use` succeeds with it. Reads the retries before each prompt, as the dialogs show them. */
async function askForCurrentPin<T>(
  key: PinAuthenticator,
  ceremony: Ceremony,
  use: (pin: string) => Promise<T>,
): Promise<T> {
  const minCodePoints = minCodePointsOfAnyPin;
  let problem: Problem | undefined;
  for (;;) {
    const retries = await readRetries(key, ceremony);
    const prompt: PinPrompt = { kind: 'enter', minCodePoints, retries, ...(problem && { problem }) };
    const pin = await askForPin(prompt, ceremony);
    problem = checkLength(pin, minCodePoints, undefined);
    if (problem) continue;
    try {
      return await use(pin);
    } catch (error) {
      if (!(error instanceof CtapError && error.status === 'CTAP2_ERR_PIN_INVALID')) throw error;
      problem = 'wrong';
    }
  }
}

/** @throws {CeremonyError} NotAllowedError when the key accepts no PIN now. */
async function readRetries({ ctap, protocol }: PinAuthenticator, ceremony: Ceremony): Promise<number> {
  const { retries, powerCycle } = await ceremony.measure('pin', () => pinRetries(ctap, protocol));
  if (retries === 0)
    throw new CeremonyError('NotAllowedError', 'The PIN is blocked until the key is reset', 'pin-blocked');
  if (powerCycle)
    throw new CeremonyError('NotAllowedError', 'The PIN is locked until the key is reinserted', 'pin-soft-locked');
  return retries;
}

async function askForPin(prompt: PinPrompt, ceremony: Ceremony): Promise<string> {
  const pin = await ceremony.askUser('PIN', (user, signal) => user.providePin(prompt, signal));
  return normalizePin(pin);
}

/** Returns what is wrong with the length of `pin`, or undefined. */
function checkLength(pin: string, minCodePoints: number, maxCodePoints: number | undefined): Problem | undefined {
  const codePoints = [...pin].length;
  if (codePoints < minCodePoints) return 'too-short';
  if (utf8(pin).length > maxPinBytes || codePoints > (maxCodePoints ?? maxPinBytes)) return 'too-long';
  return undefined;
}

/** Runs `work` with a new key agreement, because the device replaces its key after every wrong PIN. */
function inSession<T>(
  { ctap, protocol }: PinAuthenticator,
  ceremony: Ceremony,
  work: (session: PinUvAuthSession) => Promise<T>,
): Promise<T> {
  return ceremony.measure('pin', async () =>
    work(await PinUvAuthSession.open(ctap, protocol, ceremony.context.random)),
  );
}

/** Returns whether `work` fails with exactly this status. Other errors are thrown. */
async function endsWithStatus(work: Promise<void>, status: CtapStatusName): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof CtapError && error.status === status) return true;
    throw error;
  }
}
