/** clientPIN subcommands setPIN (0x03) and changePIN (0x04), CTAP 2.1 sections 6.5.5.5 and 6.5.5.6. */
import { concat } from '#base/bytes.ts';
import { sameBytes, sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { defaultMaxPinLength } from '../personas/features.ts';
import { maxPinRetries } from '../state.ts';
import type { SubCommand } from './client-pin-subcommand.ts';

const paddedPinLength = 64;

export const setPin: SubCommand = (request, env) => {
  const { keyAgreement, newPinEnc, pinUvAuthParam } = request;
  if (!keyAgreement || !newPinEnc || !pinUvAuthParam) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER');
  const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol);
  const { persistent } = env.state;
  if (persistent.pin && env.misbehaviour.rules.pinIsSetOnce)
    throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', 'a PIN is set already');
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
  env.pinUvAuth.comparePin(protocol, secret, pinHashEnc, session);
  const { persistent } = env.state;
  const pin = readNewPin(protocol, secret, newPinEnc, policyOf(env));
  if (persistent.forcePinChange && sameBytes(pin.hash, persistent.pin!.hash))
    throw new CtapError('CTAP2_ERR_PIN_POLICY_VIOLATION', 'another PIN is wanted');
  persistent.pin = pin;
  persistent.forcePinChange = false;
  persistent.persistentToken = undefined;
  if (env.misbehaviour.rules.changedPinEndsTokens) env.pinUvAuth.resetTokens();
  return undefined;
};

/** What a new PIN must be. */
interface PinPolicy {
  /** Code points. */
  least: number;
  most: number;
  /** Not one character over and over, no run like 1234, CTAP 2.2 section 6.4 (0x1B) leaves the rule to the vendor. */
  complex: boolean;
}

const policyOf = ({ persona, state: { persistent }, misbehaviour }: AuthenticatorEnv): PinPolicy => ({
  least: misbehaviour.rules.pinPolicyMatters ? persistent.minPinLength : 0,
  most: persona.features?.maxPINLength ?? defaultMaxPinLength,
  complex: misbehaviour.rules.pinPolicyMatters && persistent.pinComplexityPolicy,
});

/** Every step between neighbours is the same, and small: 1111, 1234, dcba. */
function isMonotonous(pin: Uint8Array): boolean {
  const step = (pin[1] ?? 0) - (pin[0] ?? 0);
  return Math.abs(step) <= 1 && pin.every((byte, index) => index === 0 || byte - pin[index - 1]! === step);
}

/** @throws {CtapError} CTAP2_ERR_PIN_NOT_SET */
export function refuseWithoutPin({ state }: AuthenticatorEnv): void {
  if (!state.persistent.pin) throw new CtapError('CTAP2_ERR_PIN_NOT_SET');
}

/** A PIN as stored, from what `initialPin` makes of the text: its hash, and its length for minPINLength. */
export const pinFrom = (bytes: Uint8Array, codePoints: number) => ({ hash: sha256(bytes).slice(0, 16), codePoints });

/**
 * Section 6.5.5.5: 64 bytes padded with zeros, at least minPINLength code points, at most 63 bytes.
 * @throws {CtapError} CTAP1_ERR_INVALID_PARAMETER, CTAP2_ERR_PIN_POLICY_VIOLATION
 */
function readNewPin(protocol: PinUvAuthProtocol, secret: Uint8Array, newPinEnc: Uint8Array, policy: PinPolicy) {
  const padded = decrypt(protocol, secret, newPinEnc);
  if (padded.length !== paddedPinLength)
    throw new CtapError(
      'CTAP1_ERR_INVALID_PARAMETER',
      `the padded PIN has ${padded.length} bytes, not ${paddedPinLength}`,
    );
  const end = padded.findLastIndex((byte) => byte !== 0) + 1;
  const pin = padded.subarray(0, end);
  const codePoints = countCodePoints(pin);
  if (end === paddedPinLength || codePoints < policy.least || codePoints > policy.most)
    throw new CtapError('CTAP2_ERR_PIN_POLICY_VIOLATION', `${codePoints} code points in ${end} bytes`);
  if (policy.complex && isMonotonous(pin))
    throw new CtapError('CTAP2_ERR_PIN_POLICY_VIOLATION', 'the PIN is too simple');
  return pinFrom(pin, codePoints);
}

function decrypt(protocol: PinUvAuthProtocol, secret: Uint8Array, newPinEnc: Uint8Array): Uint8Array {
  try {
    return protocol.decrypt(secret, newPinEnc);
  } catch (cause) {
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'newPinEnc', { cause });
  }
}

/** Every byte that does not continue a UTF-8 sequence begins a code point; the authenticator does not judge the text. */
const countCodePoints = (utf8: Uint8Array): number =>
  utf8.reduce((count, byte) => count + Number((byte & 0xc0) !== 0x80), 0);
