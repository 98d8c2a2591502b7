/** Checks whether an authenticator that all cases share has the PIN of the suite, and restores this PIN without a reset. */
import { concat } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { Ctap2 } from '#client/ctap2.ts';
import { writeLargeBlobArray } from '#client/large-blobs.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession, type PinUvAuthToken } from '#client/pin-protocol.ts';
import type { Permission } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { SetUpFailed } from '../failures.ts';
import { otherPin, suitePin } from '../pin.ts';
import type { ConnectedAuthenticator } from './connected-authenticator.ts';

export class KnownPin {
  readonly #authenticator: ConnectedAuthenticator;
  readonly #random: Random;

  constructor(authenticator: ConnectedAuthenticator, random: Random) {
    this.#authenticator = authenticator;
    this.#random = random;
  }

  /** Returns whether the authenticator has the PIN of the suite, and all its retries: CTAP 2.1 section 6.5.5.7. */
  async restore(info: AuthenticatorInfo): Promise<boolean> {
    if (await this.#accepts(() => this.#openToken(info, 'ga'))) return true;
    return this.#accepts(async () => (await this.#openSession(info)).changePin(otherPin, suitePin));
  }

  /**
   * Performs built-in user verification, which restores its retries. Returns whether that works; true for an authenticator that has no
   * tokens or no built-in user verification.
   */
  async verifyUser(info: AuthenticatorInfo): Promise<boolean> {
    if (!info.options?.pinUvAuthToken || !info.options.uv) return true;
    const scope = { permissions: ['ga'] as const, rpId: 'pin.example' };
    return this.#accepts(async () => (await this.#openSession(info)).tokenUsingUv(scope));
  }

  /** Writes the large-blob array that an authenticator has after a reset, section 6.10.1. Returns whether it was accepted. */
  async restoreLargeBlobs(info: AuthenticatorInfo): Promise<boolean> {
    const content = new Uint8Array([0x80]);
    const array = concat(content, sha256(content).subarray(0, 16));
    return this.#accepts(async () => {
      const token = info.options?.clientPin ? await this.#openToken(info, 'lbw') : undefined;
      await writeLargeBlobArray(array, { ctap: this.#ctap, info, token });
    });
  }

  async #openToken(info: AuthenticatorInfo, permission: Permission): Promise<PinUvAuthToken> {
    const session = await this.#openSession(info);
    if (!info.options?.pinUvAuthToken) return session.tokenUsingPin(suitePin);
    return session.tokenUsingPin(suitePin, {
      permissions: [permission],
      ...(permission === 'ga' && { rpId: 'pin.example' }),
    });
  }

  /** Returns whether the authenticator accepts. If it requires a power cycle after three wrong PINs, performs one and tries again. */
  async #accepts(work: () => Promise<unknown>): Promise<boolean> {
    const status = await statusOf(work);
    if (status !== 'CTAP2_ERR_PIN_AUTH_BLOCKED') return status === undefined;
    await this.#authenticator.powerCycle();
    return (await statusOf(work)) === undefined;
  }

  get #ctap(): Ctap2 {
    return new Ctap2(this.#authenticator.device, { clock: systemClock });
  }

  #openSession(info: AuthenticatorInfo): Promise<PinUvAuthSession> {
    const protocol = choosePinUvAuthProtocol(info);
    if (!protocol) throw new SetUpFailed('The authenticator has no PIN/UV auth protocol that the suite supports');
    return PinUvAuthSession.open(this.#ctap, protocol, this.#random);
  }
}

/** Returns the error status of a refusal; undefined if the authenticator accepts. */
async function statusOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof CtapError) return error.status;
    throw error;
  }
}
