/** An emulated key that other programs use: the interface for the live view and the control API. Types only: `cli/compose` creates the sessions. */
import type { WireExchange } from '#result/transcript.ts';
import type { ExchangeLog } from './exchange-log.ts';
import type { GestureController, GestureRequest } from './gesture-controller.ts';

/** Events of a served key. */
export interface ServedKeyEvents {
  onExchange(exchange: WireExchange): void;
  /** The key requests a gesture; undefined when it no longer does. */
  onGestureRequest(request: GestureRequest | undefined): void;
  onPower(power: 'on' | 'off' | 'cycle'): void;
  onWink(): void;
}

/** State of the authenticator, without secrets. */
export interface KeyState {
  pin: 'unset' | 'set' | 'blocked';
  pinRetries: number;
  uvRetries: number;
  needsPowerCycle: boolean;
  signCounter: number;
  credentials: readonly { rpId: string; userName: string | undefined; credentialId: Uint8Array }[];
  fingerprints: readonly { templateId: Uint8Array; friendlyName: string | undefined }[];
}

export interface ServedKeySession extends AsyncDisposable {
  /** Number of the key among the served keys, from 1. */
  readonly id: string;
  /** Scheme and address, e.g. `udp:127.0.0.1:8111`. */
  readonly name: string;
  /** Id of the persona. */
  readonly persona: string;
  /** Name of the persona. */
  readonly label: string;
  readonly readsFingerprints: boolean;
  readonly plugged: boolean;
  readonly gestures: GestureController;
  readonly log: ExchangeLog;
  inspect(): KeyState;
  unplug(): void;
  replug(): void;
  powerCycle(): void;
}
