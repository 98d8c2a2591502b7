/** The PIN of the suite, and what a platform computes from it: CTAP 2.1 section 6.5. */

import { Ctap2 } from '#client/ctap2.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession, type PinUvAuthToken } from '#client/pin-protocol.ts';
import type { CborMap } from '#protocol/cbor.ts';
import type { Permission } from '#protocol/commands.ts';
import { type PinUvAuthProtocol, pinUvAuthProtocols } from '#protocol/pin-uv-auth.ts';
import { NotApplicable, setUp } from './failures.ts';
import type { TestContext } from './test-context.ts';

/** Long enough for every minimum length in use, and neither a repetition nor a sequence. */
export const suitePin = '91827364';
/** Another PIN that every policy accepts. */
export const otherPin = '28173645';

/** Returns the protocol that the variant names, otherwise the one that the authenticator prefers. */
export function protocolOf({ variant, info }: TestContext): PinUvAuthProtocol {
  const named = variant === 'pin1' ? 1 : variant === 'pin2' ? 2 : undefined;
  const protocol = named === undefined ? choosePinUvAuthProtocol(info) : pinUvAuthProtocols[named];
  if (!protocol) throw new NotApplicable('The authenticator has no PIN/UV auth protocol that the suite knows');
  return protocol;
}

/** Agrees on a shared secret. */
export const openPinSession = (context: TestContext): Promise<PinUvAuthSession> =>
  setUp('agree on a shared secret', () =>
    PinUvAuthSession.open(new Ctap2(context.device, { clock: context.clock }), protocolOf(context), context.random),
  );

/** Sets the PIN of the suite, unless it is set. */
export async function ensurePin(context: TestContext): Promise<void> {
  if (context.hasPin) return;
  const session = await openPinSession(context);
  await setUp('set the PIN', () => session.setPin(suitePin));
  context.hasPin = true;
}

/** Returns a token with these permissions; on an authenticator without permissions one for everything. */
export async function getToken(
  context: TestContext,
  permissions: readonly Permission[],
  rpId?: string,
): Promise<PinUvAuthToken> {
  const session = await openPinSession(context);
  const scope = { permissions, ...(rpId !== undefined && { rpId }) };
  return setUp('get a token', () =>
    context.info.options?.pinUvAuthToken ? session.tokenUsingPin(suitePin, scope) : session.tokenUsingPin(suitePin),
  );
}

/** Adds pinUvAuthParam and pinUvAuthProtocol to a request; `keys` are their keys in the command. */
export function addToken(
  request: CborMap,
  { protocol, token }: PinUvAuthToken,
  message: Uint8Array,
  keys: { param: number; protocol: number },
): CborMap {
  return new Map(request).set(keys.param, protocol.authenticate(token, message)).set(keys.protocol, protocol.version);
}
