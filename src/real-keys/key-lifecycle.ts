/**
 * What the harness does at a real key before and after the steps of a case: brings it where the case begins, looks at it for
 * the expectations, and takes away what the case has made. All of it goes through the guard, none of it is on the case's wire.
 */

import { equal, fromHex, toBase64url } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { CredentialManagement } from '#client/credential-management.ts';
import { Ctap2 } from '#client/ctap2.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession, pinRetries } from '#client/pin-protocol.ts';
import type { PinPrompt } from '#client/user-interaction.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { PartyEvent, WireExchange } from '#result/transcript.ts';
import type { KeyState } from '#scenario/parties/key-under-test.ts';
import type { Permit } from '#transport/guarded-device.ts';
import { renamedPin } from './pin-mapping.ts';
import type { Knowledge, RealKey } from './real-key.ts';

type KeyEvent = Omit<PartyEvent, 'atMs'>;

export interface KeyCareParts {
  key: RealKey;
  permit: Permit;
  /** The PIN as the scenario calls it; undefined where the case begins without one. */
  scenarioPin: string | undefined;
  /** The PIN that the key has, as far as it is known. */
  pin: string | undefined;
}

const unending = new AbortController().signal;

export class KeyCare implements Knowledge {
  readonly #parts: KeyCareParts;
  /** The PIN as far as it was known when the steps began. */
  #pin: string | undefined;
  /** New PINs that were typed, and how much had been sent before. */
  readonly #typed: { pin: string; sent: number }[] = [];
  #rename: (text: string) => string;

  constructor(parts: KeyCareParts) {
    this.#parts = parts;
    this.#pin = parts.pin;
    this.#rename = renamedPin(parts.scenarioPin, parts.pin);
  }

  /** The PIN as far as it is known now: a new one counts when the key has taken it. A wrong guess would cost a retry. */
  get pin(): string | undefined {
    const { wire } = this.#parts.key;
    const taken = this.#typed.filter(({ sent }, index) =>
      wire.slice(sent, this.#typed[index + 1]?.sent).some(isNewPin),
    );
    return taken.at(-1)?.pin ?? this.#pin;
  }

  /**
   * With or without a PIN, as the case begins. Where that would cost something, the guard asks for the owner's permission.
   * @throws {UsageError} when it is refused.
   */
  async prepare(): Promise<readonly KeyEvent[]> {
    const { key, scenarioPin } = this.#parts;
    return await key.apart(async () => {
      const { ctap, info, retries } = await this.#ask();
      const hasPin = info.options?.clientPin === true;
      const isUsable = hasPin && this.#pin !== undefined && retries !== 0;
      if (scenarioPin === undefined ? !hasPin : isUsable) return [];
      const events: KeyEvent[] = [];
      if (hasPin) events.push(await this.#reset(ctap));
      if (scenarioPin !== undefined) events.push(await this.#setPin(scenarioPin));
      return events;
    });
  }

  pinMeant(text: string, asked: PinPrompt['kind']): string {
    const pin = this.#rename(text);
    if (asked !== 'enter') this.#typed.push({ pin, sent: this.#parts.key.wire.length });
    return pin;
  }

  /** A key that does not answer tells nothing. */
  async observe(): Promise<Partial<KeyState>> {
    const { key } = this.#parts;
    if (!key.connected) return {};
    return await key.apart(async () => {
      try {
        const { info, retries, powerCycle } = await this.#ask();
        const isSet = info.options?.clientPin === true;
        const credentials = await this.#keptOfThisCase();
        return {
          ...(info.options?.clientPin !== undefined && { pin: isSet ? (retries === 0 ? 'blocked' : 'set') : 'unset' }),
          ...(retries !== undefined && { pinRetries: retries, needsPowerCycle: powerCycle }),
          ...(credentials && { credentials }),
        };
      } catch {
        return {};
      }
    });
  }

  /** Takes away the credentials that the case has made, and tells of each what became of it. */
  async tidy(): Promise<readonly KeyEvent[]> {
    const { key } = this.#parts;
    await key.settle();
    return await key.apart(async () => {
      const made = key.made;
      const removed: Uint8Array[] = [];
      const why = await this.#remove(
        made.filter(({ discoverable }) => discoverable).map(({ credentialId }) => credentialId),
        removed,
      ).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
      const unanswered = key.wire.filter(isUnansweredRegistration).map(({ request }) => mayStay(request));
      const known = made.map(({ credentialId, rpId, discoverable }) => {
        const detail = { credentialId: toBase64url(credentialId), rpId };
        if (!discoverable) return happened('credential.not-kept', detail);
        const isGone = removed.some((id) => equal(id, credentialId));
        return isGone
          ? happened('credential.removed', detail)
          : happened('credential.stays', { ...detail, why: why ?? 'it was not taken away' });
      });
      return [...known, ...unanswered];
    });
  }

  /** @returns why not all could be taken away; `removed` fills up meanwhile. */
  async #remove(credentialIds: readonly Uint8Array[], removed: Uint8Array[]): Promise<string | undefined> {
    if (credentialIds.length === 0) return undefined;
    const management = await this.#management();
    if (typeof management === 'string') return management;
    for (const id of credentialIds) {
      await management.delete(id);
      removed.push(id);
    }
    return undefined;
  }

  /** Undefined when the key does not tell. */
  async #keptOfThisCase(): Promise<KeyState['credentials'] | undefined> {
    const made = this.#parts.key.made.filter(({ discoverable }) => discoverable);
    if (made.length === 0) return [];
    const management = await this.#management();
    if (typeof management === 'string') return undefined;
    const kept: Uint8Array[] = [];
    for (const rpId of new Set(made.map((credential) => credential.rpId)))
      kept.push(...(await management.credentialsOf(rpId)));
    return made.filter(({ credentialId }) => kept.some((id) => equal(id, credentialId)));
  }

  /** Or why there is none. A PIN that is not known to be right is not tried near the floor. */
  async #management(): Promise<CredentialManagement | string> {
    const { key, permit } = this.#parts;
    if (!key.connected) return 'the key is not plugged in';
    const { ctap, info, retries = 0, powerCycle } = await this.#ask();
    const { pin } = this;
    if (pin === undefined || !info.options?.clientPin) return 'its PIN is not known';
    if (powerCycle || retries <= permit.pinRetriesFloor) return `it has ${retries} PIN retries left`;
    const management = await CredentialManagement.open(ctap, info, pin, systemRandom);
    return management ?? 'the key does not manage credentials';
  }

  async #ask() {
    const ctap = this.#ctap();
    const info = await ctap.getInfo();
    const protocol = choosePinUvAuthProtocol(info);
    const pin = info.options?.clientPin && protocol ? await pinRetries(ctap, protocol) : undefined;
    return { ctap, info, retries: pin?.retries, powerCycle: pin?.powerCycle ?? false };
  }

  #ctap(): Ctap2 {
    const { device } = this.#parts.key;
    if (!device) throw new Error('the key is not plugged in');
    return new Ctap2(device, { clock: systemClock });
  }

  /** A key takes a reset only just after it was plugged in, and with a touch: CTAP 2.1 section 6.6. */
  async #reset(ctap: Ctap2): Promise<KeyEvent> {
    const { key, permit } = this.#parts;
    if (permit.destroyCredentials) await key.powerCycle(unending);
    const over = new AbortController();
    const fresh = permit.destroyCredentials ? this.#ctap() : ctap;
    const done = fresh.send('authenticatorReset', {}).finally(() => over.abort());
    const touched = key.whenAsked(over.signal).then(() => key.touch(unending));
    await Promise.all([done, touched.catch((error: unknown) => ignoreAfter(over.signal, error))]);
    this.#pin = undefined;
    this.#rename = (text) => text;
    return happened('key.reset', {});
  }

  async #setPin(pin: string): Promise<KeyEvent> {
    const ctap = this.#ctap();
    const info: AuthenticatorInfo = await ctap.getInfo();
    const protocol = choosePinUvAuthProtocol(info);
    if (!protocol) throw new Error('cannot set a PIN: the key speaks no PIN protocol that is known');
    await (await PinUvAuthSession.open(ctap, protocol, systemRandom)).setPin(pin);
    this.#pin = pin;
    this.#rename = (text) => text;
    return happened('key.pin-set', {});
  }
}

function ignoreAfter(signal: AbortSignal, error: unknown): void {
  if (!signal.aborted) throw error;
}

const isNewPin = ({ subCommand, status }: WireExchange): boolean =>
  (subCommand === 'setPIN' || subCommand === 'changePIN') && status === 'CTAP2_OK';

const isUnansweredRegistration = ({ command, response }: WireExchange): boolean =>
  command === 'authenticatorMakeCredential' && response === undefined;

/** Whether the key made it before the answer was lost, nobody knows; nor its id, by which it could be taken away. */
function mayStay(request: string): KeyEvent {
  const { value } = inspect(fromHex(request).subarray(1));
  const rp = value instanceof Map ? value.get(0x02) : undefined;
  const rpId = rp instanceof Map ? rp.get('id') : undefined;
  return happened('credential.may-stay', {
    rpId: typeof rpId === 'string' ? rpId : '',
    why: 'the key was asked to make it, and its answer was lost',
  });
}

const happened = (event: string, detail: NonNullable<PartyEvent['detail']>): KeyEvent => ({
  party: 'authenticator',
  event,
  detail,
});
