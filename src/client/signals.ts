/**
 * The signal methods, WebAuthn L3 sections 5.1.10.2 to 5.1.10.4: a site reports which of its passkeys are valid, and the names of their
 * user. The client applies this to the passkeys that the system manages. Security keys are not changed: that would need a PIN or a
 * gesture, and signals do not involve the user.
 */
import { equal, fromBase64url } from '#base/bytes.ts';
import { WebAuthnError } from '#protocol/errors.ts';
import type { ClientContext, ManagedPasskey, ManagedPasskeys } from './context.ts';
import { resolveRelyingPartyId } from './relying-party-id.ts';

/** A call of one of the signal methods. Ids are base64url; the caller has checked that. */
export type CredentialSignal =
  | { method: 'signalUnknownCredential'; rpId: string; credentialId: string }
  | { method: 'signalAllAcceptedCredentials'; rpId: string; userId: string; allAcceptedCredentialIds: string[] }
  | { method: 'signalCurrentUserDetails'; rpId: string; userId: string; name: string; displayName: string };

export type SignalMethod = CredentialSignal['method'];

/** What the client did: the number of passkeys that it removed, hid, showed again and renamed. */
export interface SignalEffect {
  removed: number;
  hidden: number;
  restored: number;
  renamed: number;
}

type SignalContext = Pick<ClientContext, 'origin' | 'authenticators' | 'relatedOrigins' | 'clock'>;

/**
 * Applies a signal to the passkeys of this system. The caller must not report to the page what has changed.
 * @throws {WebAuthnError} SecurityError if the page may not use the RP ID.
 */
export async function receiveSignal(signal: CredentialSignal, context: SignalContext): Promise<SignalEffect> {
  const rpId = await validateRelyingPartyId(signal.rpId, context);
  const effect: SignalEffect = { removed: 0, hidden: 0, restored: 0, renamed: 0 };
  for (const { passkeys } of context.authenticators.list()) {
    if (!passkeys) continue;
    for (const passkey of await passkeys.list(rpId)) await applyToPasskey(signal, passkey, passkeys, effect);
  }
  return effect;
}

/** Section 5.1.10.1, asynchronous RP ID validation: every failure is a SecurityError, also that of an opaque origin. */
async function validateRelyingPartyId(rpId: string, context: SignalContext): Promise<string> {
  try {
    return await resolveRelyingPartyId(context, rpId);
  } catch (cause) {
    if (!(cause instanceof WebAuthnError)) throw cause;
    throw new WebAuthnError('SecurityError', cause.message, { cause });
  }
}

function applyToPasskey(
  signal: CredentialSignal,
  passkey: ManagedPasskey,
  passkeys: ManagedPasskeys,
  effect: SignalEffect,
): Promise<void> {
  switch (signal.method) {
    case 'signalUnknownCredential':
      return removeUnknown(signal, passkey, passkeys, effect);
    case 'signalAllAcceptedCredentials':
      return hideUnaccepted(signal, passkey, passkeys, effect);
    case 'signalCurrentUserDetails':
      return rename(signal, passkey, passkeys, effect);
  }
}

type Signal<M extends SignalMethod> = Extract<CredentialSignal, { method: M }>;

/** Section 5.1.10.2. */
async function removeUnknown(
  { credentialId }: Signal<'signalUnknownCredential'>,
  passkey: ManagedPasskey,
  passkeys: ManagedPasskeys,
  effect: SignalEffect,
): Promise<void> {
  if (!isId(credentialId, passkey.credentialId)) return;
  await passkeys.remove(passkey.credentialId);
  effect.removed += 1;
}

/** Section 5.1.10.3. A site may send an incomplete list by mistake, so the passkeys are hidden, and shown again when they are accepted. */
async function hideUnaccepted(
  { userId, allAcceptedCredentialIds }: Signal<'signalAllAcceptedCredentials'>,
  { credentialId, userId: owner, hidden }: ManagedPasskey,
  passkeys: ManagedPasskeys,
  effect: SignalEffect,
): Promise<void> {
  if (!isId(userId, owner)) return;
  const isAccepted = allAcceptedCredentialIds.some((id) => isId(id, credentialId));
  if (isAccepted !== hidden) return;
  await passkeys.setHidden(credentialId, !isAccepted);
  effect[isAccepted ? 'restored' : 'hidden'] += 1;
}

/** Section 5.1.10.4. */
async function rename(
  { userId, name, displayName }: Signal<'signalCurrentUserDetails'>,
  passkey: ManagedPasskey,
  passkeys: ManagedPasskeys,
  effect: SignalEffect,
): Promise<void> {
  const isCurrent = passkey.name === name && passkey.displayName === displayName;
  if (!isId(userId, passkey.userId) || isCurrent) return;
  await passkeys.rename(passkey.credentialId, { name, displayName });
  effect.renamed += 1;
}

const isId = (text: string, id: Uint8Array): boolean => equal(fromBase64url(text), id);
