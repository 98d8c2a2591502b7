/** Tracks the PIN of a real key during a case: as it was before, and as the steps change it. */
import type { PinPrompt } from '#client/user-interaction.ts';
import type { WireExchange } from '#result/transcript.ts';
import { createPinMapping } from './pin-mapping.ts';

export interface PinTrackerOptions {
  /** The PIN in the scenario; undefined if the case begins without a PIN. */
  scenarioPin: string | undefined;
  /** The PIN of the key, if it is known. */
  pin: string | undefined;
}

export class PinTracker {
  /** The PIN when the steps began, if it is known. */
  #pin: string | undefined;
  /** New PINs that were typed, and how many exchanges had been recorded before. */
  readonly #typed: { pin: string; sent: number }[] = [];
  readonly #wire: readonly WireExchange[];
  #map: (text: string) => string;

  /** `wire` grows while the case runs. */
  constructor({ scenarioPin, pin }: PinTrackerOptions, wire: readonly WireExchange[]) {
    this.#wire = wire;
    this.#pin = pin;
    this.#map = createPinMapping(scenarioPin, pin);
  }

  /** The PIN now, if it is known. A new PIN counts only after the key has accepted it, because a wrong guess costs a retry. */
  get current(): string | undefined {
    const accepted = this.#typed.filter(({ sent }, index) =>
      this.#wire.slice(sent, this.#typed[index + 1]?.sent).some(isAcceptedNewPin),
    );
    return accepted.at(-1)?.pin ?? this.#pin;
  }

  /** Returns the PIN to type on the key for `text` in the scenario. */
  resolve(text: string, prompt: PinPrompt['kind']): string {
    const pin = this.#map(text);
    if (prompt !== 'enter') this.#typed.push({ pin, sent: this.#wire.length });
    return pin;
  }

  /** Must be called when Touchstone itself has set or removed the PIN. From then on, scenario and key use the same one. */
  replace(pin: string | undefined): void {
    this.#pin = pin;
    this.#map = (text) => text;
  }
}

const isAcceptedNewPin = ({ subCommand, status }: WireExchange): boolean =>
  (subCommand === 'setPIN' || subCommand === 'changePIN') && status === 'CTAP2_OK';
