/** clientPIN subcommands setPIN (0x03) and changePIN (0x04), CTAP 2.1 sections 6.5.5.5 and 6.5.5.6. */
import { concat } from '#base/bytes.ts';
import { sameBytes } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import { rulesOf } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { maxPinRetries } from '../initial-state.ts';
import { defaultMaxPinLength } from '../personas/management-features.ts';
import { createStoredPin } from '../pin.ts';
import type { SubCommand } from './client-pin-subcommand.ts';

const paddedPinLength = 64;

export const setPin: SubCommand = (request, env) => {
  const { keyAgreement, newPinEnc, pinUvAuthParam } = request;
  if (!keyAgreement || !newPinEnc || !pinUvAuthParam) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER');
  const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
  const { persistent } = env.state;
  if (persistent.pin && env.faultHooks.rules.refuseSetPinWhenSet)
    throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', 'a PIN is already set');
  const secret = env.pinUvAuth.decapsulate(protocol, keyAgreement);
  if (!protocol.verify(secret, newPinEnc, pinUvAuthParam)) throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID');
  persistent.pin = readNewPin(protocol, secret, newPinEnc, policyOf(env));
  persistent.pinRetries = maxPinRetries;
  return undefined;
};

export const changePin: SubCommand = (request, env, session) => {
  const { keyAgreement, newPinEnc, pinUvAuthParam, pinHashEnc } = request;
  if (!keyAgreement || !newPinEnc || !pinUvAuthParam || !pinHashEnc) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER');
  const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
  refuseWithoutPin(env);
  env.pinUvAuth.refuseWhenLocked();
  const secret = env.pinUvAuth.decapsulate(protocol, keyAgreement);
  if (!protocol.verify(secret, concat(newPinEnc, pinHashEnc), pinUvAuthParam))
    throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID');
  const afterAnswer = (action: () => void) => session.afterAnswer(action);
  env.pinUvAuth.comparePin(protocol, secret, pinHashEnc, { afterAnswer, isCounted: false });
  const { persistent } = env.state;
  const { rules } = env.faultHooks;
  const current = persistent.pin;
  if (!rules.checkPolicyBeforeChange) persistent.pin = undefined;
  const pin = readNewPin(protocol, secret, newPinEnc, policyOf(env));
  const isSame = current !== undefined && sameBytes(pin.hash, current.hash);
  if (persistent.forcePinChange && isSame && rules.refuseSamePin)
    throw new CtapError('CTAP2_ERR_PIN_POLICY_VIOLATION', 'the new PIN is the current one');
  persistent.pin = pin;
  if (rules.endForcedPinChange) persistent.forcePinChange = false;
  if (rules.revokePersistentTokenOnPinChange) persistent.persistentToken = undefined;
  if (rules.revokeTokensOnPinChange) env.pinUvAuth.resetTokens();
  return undefined;
};

/** The requirements for a new PIN. */
interface PinPolicy {
  unit: 'bytes' | 'code points';
  minLength: number;
  maxLength: number;
  /** More than 64 bytes of padding are accepted. */
  longPadding: boolean;
  /** Refuses a repeated character and sequences like 1234. CTAP 2.2 section 6.4 (0x1B) leaves the rule to the vendor. */
  refuseSimple: boolean;
}

const policyOf = ({ persona, state: { persistent }, faultHooks }: AuthenticatorEnv): PinPolicy => ({
  unit: rulesOf(persona).pinLengthUnit,
  longPadding: rulesOf(persona).longPinPadding,
  minLength: faultHooks.rules.enforcePinPolicy ? persistent.minPinLength : 0,
  maxLength: persona.features?.maxPINLength ?? defaultMaxPinLength,
  refuseSimple: faultHooks.rules.enforcePinPolicy && persistent.pinComplexityPolicy,
});

/** Whether all neighbouring characters have the same difference of at most 1: 1111, 1234, dcba. */
function isSequence(pin: Uint8Array): boolean {
  const step = (pin[1] ?? 0) - (pin[0] ?? 0);
  return Math.abs(step) <= 1 && pin.every((byte, index) => index === 0 || byte - (pin[index - 1] ?? 0) === step);
}

/** @throws {CtapError} CTAP2_ERR_PIN_NOT_SET */
export function refuseWithoutPin({ state }: AuthenticatorEnv): void {
  if (!state.persistent.pin) throw new CtapError('CTAP2_ERR_PIN_NOT_SET');
}

/**
 * Decrypts and checks a new PIN, section 6.5.5.5 steps 6 to 10 and section 6.5.5.6 steps 9 to 14: padded with zeros to 64 bytes, at
 * least minPINLength code points, at most 63 bytes.
 * @throws {CtapError} CTAP2_ERR_PIN_AUTH_INVALID, CTAP1_ERR_INVALID_PARAMETER, CTAP2_ERR_PIN_POLICY_VIOLATION
 */
function readNewPin(protocol: PinUvAuthProtocol, secret: Uint8Array, newPinEnc: Uint8Array, policy: PinPolicy) {
  const padded = decrypt(protocol, secret, newPinEnc);
  if (padded.length < paddedPinLength || (padded.length > paddedPinLength && !policy.longPadding))
    throw new CtapError(
      'CTAP1_ERR_INVALID_PARAMETER',
      `expected a padded PIN of ${paddedPinLength} bytes, got ${padded.length}`,
    );
  const end = padded.findLastIndex((byte) => byte !== 0) + 1;
  const pin = padded.subarray(0, end);
  const codePoints = countCodePoints(pin);
  const length = policy.unit === 'bytes' ? end : codePoints;
  if (end >= paddedPinLength || length < policy.minLength || length > policy.maxLength)
    throw new CtapError('CTAP2_ERR_PIN_POLICY_VIOLATION', `${codePoints} code points in ${end} bytes`);
  if (policy.refuseSimple && isSequence(pin))
    throw new CtapError('CTAP2_ERR_PIN_POLICY_VIOLATION', 'the PIN is too simple');
  return createStoredPin(pin, codePoints);
}

function decrypt(protocol: PinUvAuthProtocol, secret: Uint8Array, newPinEnc: Uint8Array): Uint8Array {
  try {
    return protocol.decrypt(secret, newPinEnc);
  } catch (cause) {
    throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', 'newPinEnc', { cause });
  }
}

/** Counts the bytes that do not continue a UTF-8 sequence. The authenticator does not check whether the text is valid. */
const countCodePoints = (utf8: Uint8Array): number =>
  utf8.reduce((count, byte) => count + Number((byte & 0xc0) !== 0x80), 0);
