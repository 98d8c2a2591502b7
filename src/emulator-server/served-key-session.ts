/** An emulated key that other programs use, as the command line sees it. Ports only: the composer knows the emulator. */
import { toHex } from '#base/bytes.ts';
import type { WireExchange } from '#result/transcript.ts';
import { capture } from '#transport/capture.ts';
import type { CtapDevice, Keepalive } from '#transport/device.ts';
import type { ExchangeLog } from './exchange-log.ts';
import type { Hands, Question } from './gesture-controller.ts';

/** What happens to the key, for whoever watches. */
export interface OnlineKeyEvents {
  onExchange(exchange: WireExchange): void;
  /** It asks for a gesture; `undefined` when it no longer does. */
  onQuestion(question: Question | undefined): void;
  onPower(power: 'on' | 'off' | 'cycle'): void;
  onWink(): void;
}

/** What an owner of the key could see inside, without secrets. */
export interface KeyInsight {
  pin: 'unset' | 'set' | 'blocked';
  pinRetries: number;
  uvRetries: number;
  needsPowerCycle: boolean;
  signCounter: number;
  credentials: readonly { rpId: string; userName: string | undefined; credentialId: Uint8Array }[];
  fingerprints: readonly { templateId: Uint8Array; friendlyName: string | undefined }[];
}

export interface OnlineKey extends AsyncDisposable {
  /** Its number among those that are served, from 1. */
  readonly id: string;
  /** `udp:127.0.0.1:8111`. */
  readonly name: string;
  /** The model's id and its name. */
  readonly persona: string;
  readonly label: string;
  readonly readsFingerprints: boolean;
  readonly plugged: boolean;
  readonly hands: Hands;
  readonly log: ExchangeLog;
  look(): KeyInsight;
  unplug(): void;
  replug(): void;
  powerCycle(): void;
}
interface Cable extends CtapDevice {
  readonly plugged: boolean;
  replug(): void;
  powerCycle(): void;
}

interface ProcessOptions {
  signal?: AbortSignal | undefined;
  keepalive?: ((state: Keepalive) => void) | undefined;
}

type ProcessU2f = (apdu: Uint8Array, options?: ProcessOptions) => Promise<Uint8Array>;

interface Parts {
  cable: Cable;
  processU2f: ProcessU2f | undefined;
  sendsKeepalives: boolean;
}

/** What is behind the plug, with every exchange recorded. */
export function recorded({ cable, processU2f, sendsKeepalives }: Parts, record: (exchange: WireExchange) => void) {
  const elapsedMs = () => performance.now();
  const seen = capture(cable, { elapsedMs, record });
  const recordedU2f: ProcessU2f | undefined =
    processU2f &&
    (async (apdu, options) => {
      const atMs = elapsedMs();
      const answer = await processU2f(apdu, options);
      const names = { command: u2fCommands[apdu[1] ?? 0] ?? 'U2F', status: `0x${toHex(answer.subarray(-2))}` };
      const bytes = { request: toHex(apdu), response: toHex(answer) };
      record({ atMs, durationMs: elapsedMs() - atMs, ...names, ...bytes, keepalives: [] });
      return answer;
    });
  return {
    process: (message: Uint8Array, { signal, keepalive }: ProcessOptions) =>
      seen.transact(message, { signal, onKeepalive: keepalive }),
    processU2f: recordedU2f,
    sendsKeepalives,
    powerCycle: () => (cable.plugged ? cable.powerCycle() : cable.replug()),
  };
}

/** Instruction bytes of U2F raw messages, section 3. */
const u2fCommands: Record<number, string> = { 1: 'U2F_REGISTER', 2: 'U2F_AUTHENTICATE', 3: 'U2F_VERSION' };
