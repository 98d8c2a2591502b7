/**
 * What the harness does with a real key before and after the steps of a case: it brings the key into the initial state, reads its
 * state for the expectations, and deletes the credentials that the case created. All commands pass the guard; none is recorded.
 */
import { neverAborted } from '#base/async.ts';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { CredentialManagement } from '#client/credential-management.ts';
import { Ctap2 } from '#client/ctap2.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession, pinRetries } from '#client/pin-protocol.ts';
import type { PinPrompt } from '#client/user-interaction.ts';
import type { KeyState } from '#scenario/parties/key-under-test.ts';
import type { GuardPolicy } from '#transport/guarded-device.ts';
import {
  deleteCreatedCredentials,
  findStoredCredentials,
  type KeyEvent,
  keyEvent,
  type ManagementAccess,
} from './created-credentials.ts';
import { PinTracker, type PinTrackerOptions } from './pin-tracker.ts';
import type { KeyStateProvider, RealKey } from './real-key.ts';

export interface KeyLifecycleOptions extends PinTrackerOptions {
  key: RealKey;
  policy: GuardPolicy;
}

export class KeyLifecycle implements KeyStateProvider {
  readonly #key: RealKey;
  readonly #policy: GuardPolicy;
  readonly #scenarioPin: string | undefined;
  readonly #pins: PinTracker;

  constructor({ key, policy, scenarioPin, pin }: KeyLifecycleOptions) {
    this.#key = key;
    this.#policy = policy;
    this.#scenarioPin = scenarioPin;
    this.#pins = new PinTracker({ scenarioPin, pin }, key.wire);
  }

  /** The PIN of the key, if it is known. */
  get pin(): string | undefined {
    return this.#pins.current;
  }

  /**
   * Sets or removes the PIN, as the case requires. The guard refuses what the owner of the key has not permitted.
   * @throws {UsageError} if the guard refuses.
   */
  prepare(): Promise<readonly KeyEvent[]> {
    return this.#key.connection.withoutRecording(async () => {
      const { ctap, info, retries } = await this.#readStatus();
      const hasPin = info.options?.clientPin === true;
      const isPinUsable = hasPin && this.pin !== undefined && retries !== 0;
      const isReady = this.#scenarioPin === undefined ? !hasPin : isPinUsable;
      if (isReady) return [];
      const events: KeyEvent[] = [];
      if (hasPin) events.push(await this.#reset(ctap));
      if (this.#scenarioPin !== undefined) events.push(await this.#setPin(this.#scenarioPin));
      return events;
    });
  }

  resolvePin(text: string, prompt: PinPrompt['kind']): string {
    return this.#pins.resolve(text, prompt);
  }

  /** Returns what the key reports; nothing if it does not answer. */
  async observe(): Promise<Partial<KeyState>> {
    if (!this.#key.connected) return {};
    return await this.#key.connection.withoutRecording(async () => {
      try {
        const { info, retries, needsPowerCycle } = await this.#readStatus();
        const { clientPin } = info.options ?? {};
        const created = this.#key.connection.createdCredentials;
        const credentials = await findStoredCredentials(created, () => this.#openManagement());
        return {
          ...(clientPin !== undefined && { pin: clientPin ? (retries === 0 ? 'blocked' : 'set') : 'unset' }),
          ...(retries !== undefined && { pinRetries: retries, needsPowerCycle }),
          ...(credentials && { credentials }),
        };
      } catch {
        return {};
      }
    });
  }

  /** Deletes the credentials that the case created. Returns an event for each credential. */
  async cleanUp(): Promise<readonly KeyEvent[]> {
    const { connection } = this.#key;
    await connection.cancelPending();
    return await connection.withoutRecording(() => deleteCreatedCredentials(connection, () => this.#openManagement()));
  }

  /** A PIN that is not known to be right is not tried when only few retries are left. */
  async #openManagement(): Promise<ManagementAccess> {
    if (!this.#key.connected) return { unavailable: 'the key is not plugged in' };
    const { ctap, info, retries = 0, needsPowerCycle } = await this.#readStatus();
    const { pin } = this;
    if (pin === undefined || !info.options?.clientPin) return { unavailable: 'its PIN is not known' };
    if (needsPowerCycle || retries <= this.#policy.pinRetriesFloor)
      return { unavailable: `it has ${retries} PIN retries left` };
    const management = await CredentialManagement.open(ctap, info, pin, systemRandom);
    return management ? { management } : { unavailable: 'the key does not support credential management' };
  }

  async #readStatus() {
    const ctap = this.#openCtap();
    const info = await ctap.getInfo();
    const protocol = choosePinUvAuthProtocol(info);
    const pin = info.options?.clientPin && protocol ? await pinRetries(ctap, protocol) : undefined;
    return { ctap, info, retries: pin?.retries, needsPowerCycle: pin?.powerCycle ?? false };
  }

  #openCtap(): Ctap2 {
    const { available } = this.#key;
    if (!available) throw new Error('The key is not plugged in');
    return new Ctap2(available.device, { clock: systemClock });
  }

  /** A key accepts authenticatorReset only shortly after it was plugged in, and with a touch: CTAP 2.1 section 6.6. */
  async #reset(ctap: Ctap2): Promise<KeyEvent> {
    const { destroyCredentials } = this.#policy;
    if (destroyCredentials) await this.#key.powerCycle(neverAborted);
    const finished = new AbortController();
    const fresh = destroyCredentials ? this.#openCtap() : ctap;
    const reset = fresh.send('authenticatorReset', {}).finally(() => finished.abort());
    const touched = this.#key.whenTouchRequested(finished.signal).then(() => this.#key.touch(neverAborted));
    await Promise.all([reset, touched.catch((error: unknown) => rethrowUnlessAborted(error, finished.signal))]);
    this.#pins.replace(undefined);
    return keyEvent('key.reset', {});
  }

  async #setPin(pin: string): Promise<KeyEvent> {
    const ctap = this.#openCtap();
    const protocol = choosePinUvAuthProtocol(await ctap.getInfo());
    if (!protocol) throw new Error('Cannot set a PIN: the key supports no known PIN/UV auth protocol');
    await (await PinUvAuthSession.open(ctap, protocol, systemRandom)).setPin(pin);
    this.#pins.replace(pin);
    return keyEvent('key.pin-set', {});
  }
}

function rethrowUnlessAborted(error: unknown, signal: AbortSignal): void {
  if (!signal.aborted) throw error;
}
