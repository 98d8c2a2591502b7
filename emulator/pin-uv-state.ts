/**
 * The authenticator's PIN/UV auth state, CTAP 2.1 section 6.5: key agreement, tokens and their lifetimes, PIN retries.
 * The cryptography is in `#protocol/pin-uv-auth.ts`, the subcommands are in `commands/client-pin.ts`.
 */

import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { type AgreementKey, generateAgreementKey, sameBytes } from '#protocol/crypto.ts';
import { CtapError, ProtocolViolation } from '#protocol/errors.ts';
import { computeSharedSecret, type PinUvAuthProtocol, pinUvAuthProtocols } from '#protocol/pin-uv-auth.ts';
import type { Rules } from './fault-hooks.ts';
import { maxPinRetries } from './initial-state.ts';
import type { Persona } from './personas/persona.ts';
import type { Session } from './session.ts';
import type { PinUvAuthToken, State, TokenUse } from './state.ts';

/** Section 6.5.2.1: the limits for USB, and the maximum lifetime of any token. */
const tokenLimits = { userPresentMs: 30_000, maximumUsageMs: 600_000 } as const;

interface Dependencies {
  persona: Persona;
  clock: Clock;
  random: Random;
  rules: Rules;
  state: State;
  /** Makes changes of the persistent state durable. */
  commit(): void;
}

/** An attempt to enter the PIN. */
interface PinGuess extends Pick<Session, 'afterAnswer'> {
  /** False in subcommands whose attempts a defect does not count. */
  isCounted: boolean;
}

export class PinUvAuth {
  readonly #persona: Persona;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #rules: Rules;
  readonly #state: State;
  readonly #commit: () => void;

  constructor({ persona, clock, random, rules, state, commit }: Dependencies) {
    this.#persona = persona;
    this.#clock = clock;
    this.#random = random;
    this.#rules = rules;
    this.#state = state;
    this.#commit = commit;
  }

  /**
   * Returns the protocol of a request.
   * @throws {CtapError} CTAP2_ERR_MISSING_PARAMETER if it is missing, CTAP1_ERR_INVALID_PARAMETER if it is not supported.
   */
  protocol(version: number | undefined): PinUvAuthProtocol {
    if (version === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'pinUvAuthProtocol');
    const supported = this.#persona.pinUvAuthProtocols.find((known) => known === version);
    if (supported === undefined) throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', `pinUvAuthProtocol ${version}`);
    return pinUvAuthProtocols[supported];
  }

  /** Returns the key pair of getPublicKey(), section 6.5.4. */
  keyAgreement({ version }: PinUvAuthProtocol): AgreementKey {
    const protocol = this.#state.volatile.protocols[version];
    protocol.keyAgreement ??= generateAgreementKey(this.#random);
    return protocol.keyAgreement;
  }

  /** regenerate(), section 6.5.4. */
  regenerateKeyAgreement({ version }: PinUvAuthProtocol): void {
    if (this.#rules.regenerateKeyAgreement) this.#state.volatile.protocols[version].keyAgreement = undefined;
  }

  /**
   * decapsulate(), section 6.5.4.
   * @throws {CtapError} CTAP1_ERR_INVALID_PARAMETER if the platform's key is malformed or not on the curve.
   */
  decapsulate(protocol: PinUvAuthProtocol, peer: CborMap): Uint8Array {
    try {
      return computeSharedSecret(protocol, this.keyAgreement(protocol), peer);
    } catch (cause) {
      if (cause instanceof ProtocolViolation)
        throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'keyAgreement', { cause });
      throw cause;
    }
  }

  /** @throws {CtapError} CTAP2_ERR_PIN_BLOCKED or CTAP2_ERR_PIN_AUTH_BLOCKED while PIN use is blocked. */
  refuseWhenLocked(): void {
    if (!this.#rules.refuseBlockedPin) return;
    if (this.#state.persistent.pinRetries === 0) throw new CtapError('CTAP2_ERR_PIN_BLOCKED', 'no retries are left');
    if (this.needsPowerCycle) throw new CtapError('CTAP2_ERR_PIN_AUTH_BLOCKED', 'three consecutive wrong PINs');
  }

  /** True while PIN use is blocked until the next power cycle. */
  get needsPowerCycle(): boolean {
    return this.#state.volatile.consecutiveWrongPins >= this.#rules.pinAttemptsPerPowerCycle;
  }

  /**
   * Section 6.5.5.7.2. The retry counter is decremented and stored before the PIN is compared, so that a power cut saves no retry.
   * @throws {CtapError} CTAP2_ERR_PIN_INVALID, CTAP2_ERR_PIN_AUTH_BLOCKED, CTAP2_ERR_PIN_BLOCKED.
   */
  comparePin(protocol: PinUvAuthProtocol, secret: Uint8Array, pinHashEnc: Uint8Array, guess: PinGuess): void {
    const { persistent, volatile } = this.#state;
    const decrementRetries = () => {
      const cost = guess.isCounted || this.#rules.countEveryGuess ? this.#rules.retryCost : 0;
      persistent.pinRetries = Math.max(0, persistent.pinRetries - cost);
    };
    if (this.#rules.decrementRetriesBeforeCompare) {
      decrementRetries();
      this.#commit();
    }
    if (!persistent.pin || !this.#matches(protocol, secret, pinHashEnc, persistent.pin.hash)) {
      if (!this.#rules.decrementRetriesBeforeCompare) guess.afterAnswer(decrementRetries);
      volatile.consecutiveWrongPins += 1;
      this.regenerateKeyAgreement(protocol);
      this.refuseWhenLocked();
      throw new CtapError('CTAP2_ERR_PIN_INVALID');
    }
    if (this.#rules.restoreRetriesOnSuccess) persistent.pinRetries = maxPinRetries;
    persistent.uvRetries = this.#persona.builtInUv?.maxUvRetries ?? 0;
    persistent.uvCountSinceLastPinEntry = 0;
    volatile.consecutiveWrongPins = 0;
  }

  #matches(protocol: PinUvAuthProtocol, secret: Uint8Array, pinHashEnc: Uint8Array, expected: Uint8Array): boolean {
    if (!this.#rules.comparePin) return true;
    try {
      const { comparedPinHashBytes: length } = this.#rules;
      const hash = protocol.decrypt(secret, pinHashEnc);
      return hash.length === expected.length && sameBytes(hash.subarray(0, length), expected.subarray(0, length));
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** resetPinUvAuthToken() for all protocols, section 6.5.4: makes all tokens invalid, and ends what they authorized. */
  resetTokens(): void {
    const { protocols, enumeration } = this.#state.volatile;
    for (const protocol of Object.values(protocols)) protocol.token = undefined;
    enumeration.clear();
  }

  /** Returns a new token and starts its use, section 6.5.3.2 beginUsingPinUvAuthToken(). `permissions` is a bit field. */
  issueToken(
    { version }: PinUvAuthProtocol,
    use: Pick<TokenUse, 'permissions' | 'rpId' | 'userPresent' | 'byBuiltInUv'>,
  ): Uint8Array {
    const protocol = this.#state.volatile.protocols[version];
    if (this.#persona.options.pinUvAuthToken && this.#rules.revokeTokensOnNewToken) this.resetTokens();
    protocol.token ??= { value: this.#random.bytes(32), use: undefined };
    protocol.token.use = { ...use, userVerified: true, startedAt: this.#clock.monotonic(), used: false };
    return protocol.token.value;
  }

  /**
   * verify() with the current token, sections 6.1.2 step 11.1 and 6.2.2 step 6.1: signature, permission, relying party, user verified.
   * Without `rpId` the caller has to check the relying party.
   * @throws {CtapError} CTAP2_ERR_PIN_AUTH_INVALID
   */
  verifyToken(
    protocol: PinUvAuthProtocol,
    message: Uint8Array,
    param: Uint8Array,
    { permission, rpId }: { permission: number; rpId?: string },
  ): TokenUse {
    const token = this.#state.volatile.protocols[protocol.version].token;
    const use = token && this.#applyUsageLimits(token);
    const proven = token && (this.#verifies(protocol, token.value, message, param) || !this.#rules.verifyToken);
    if (!token || !use || !proven) throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID');
    if (!this.#persona.options.pinUvAuthToken || !this.#rules.enforceTokenPermissions) return use;
    if ((use.permissions & permission) === 0)
      throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', 'permission not granted');
    if (rpId !== undefined && this.#rules.enforceTokenRpId && use.rpId !== undefined && use.rpId !== rpId)
      throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', `the token is bound to ${use.rpId}`);
    if (rpId !== undefined && !use.userVerified)
      throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', 'the token was used already');
    use.rpId ??= rpId;
    use.used = true;
    return use;
  }

  #verifies(protocol: PinUvAuthProtocol, token: Uint8Array, message: Uint8Array, param: Uint8Array): boolean {
    if (this.#rules.compareWholeParam) return protocol.verify(token, message, param);
    return sameBytes(protocol.authenticate(token, message).subarray(0, param.length), param);
  }

  /** Returns the token of permission pcmr, 32 bytes. It survives power cycles and is valid until the PIN changes (CTAP 2.2). */
  persistentToken(): Uint8Array {
    const { persistent } = this.#state;
    persistent.persistentToken ??= this.#random.bytes(32);
    return persistent.persistentToken;
  }

  /** Returns whether `param` is a pinUvAuthParam made with the persistent token. */
  verifiesWithPersistentToken(protocol: PinUvAuthProtocol, message: Uint8Array, param: Uint8Array): boolean {
    const token = this.#state.persistent.persistentToken;
    return this.#rules.acceptPersistentToken && token !== undefined && protocol.verify(token, message, param);
  }

  /** pinUvAuthTokenUsageTimerObserver(), section 6.5.3.2, evaluated when the token is used. CTAP 2.0 tokens are valid until a power cycle. */
  #applyUsageLimits(token: PinUvAuthToken): TokenUse | undefined {
    const { use } = token;
    if (!use || !this.#persona.options.pinUvAuthToken || !this.#rules.expireTokens) return use;
    const age = this.#clock.monotonic() - use.startedAt;
    if (age >= tokenLimits.userPresentMs) use.userPresent = false;
    if (age >= tokenLimits.maximumUsageMs || (!use.used && age >= this.#rules.tokenInitialUsageMs))
      token.use = undefined;
    return token.use;
  }

  /**
   * clearUserPresentFlag, clearUserVerifiedFlag and clearPinUvAuthTokenPermissionsExceptLbw, section 6.5.3.2, for every token that
   * is in use: the request that makes them necessary may have none, or that of another protocol.
   */
  consumeTokens(): void {
    if (!this.#persona.options.pinUvAuthToken || !this.#rules.consumeTokens) return;
    for (const { token } of Object.values(this.#state.volatile.protocols)) {
      if (!token?.use) continue;
      token.use.userPresent = false;
      token.use.userVerified = false;
      token.use.permissions &= this.#rules.keepLargeBlobWrite ? largeBlobWrite : 0;
    }
  }
}

const largeBlobWrite = 0x10;
