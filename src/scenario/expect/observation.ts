/** The observed state of each party after the steps of a case, with the names of the `expect` block. */
import type { SignalEffect, SignalMethod } from '#client/signals.ts';
import type { WireExchange } from '#result/transcript.ts';
import { shortCommandName } from '../language/schema/wire.ts';
import type { SiteOutcome, SiteRequest } from '../language/site-words.ts';

/** A value that cannot be observed here. An expectation about it is skipped. */
export class Unobservable {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export interface ObservedPasskey {
  name: string;
  aaguid: string;
  fmt: string;
  attestation: string;
  chain: string;
  attachment: string | null;
  uv: boolean;
  discoverable: boolean | null;
  'backup-eligible': boolean;
  'backed-up': boolean;
  transports: string[];
  alg: string;
  'sign-count': number;
}

/** The options of a create(), with the defaults of WebAuthn L3 section 5.4. */
interface ObservedOptions {
  'rp-id': string;
  attestation: string;
  'user-verification': string;
  'resident-key': string;
  attachment: string;
  algorithms: string[];
  timeout: number | null;
  'exclude-credentials': number;
  hints: string[];
  extensions: string[];
}

/** All calls of one signal method: the values of the last one, and what the client did in all of them. */
export interface ObservedSignal extends SignalEffect {
  times: number;
  error: string;
  credentials: number | null;
  name: string | null;
  'display-name': string | null;
}

export interface Observation {
  'relying-party': {
    outcome: SiteOutcome | 'none' | Unobservable;
    options: ObservedOptions | 'none' | Unobservable;
    requests: Readonly<
      Record<SiteRequest, { status: number; within: number } | 'never sent' | 'no answer' | Unobservable>
    >;
    passkey: ObservedPasskey | 'none' | Unobservable;
    passkeys: number | Unobservable;
    refused: string | null | Unobservable;
    http: number | null;
    'abandoned-credentials': number | Unobservable;
    events: string[] | Unobservable;
  };
  authenticator: {
    pin: 'set' | 'unset' | 'blocked' | Unobservable;
    'pin-retries': number | Unobservable;
    'needs-power-cycle': boolean | Unobservable;
    credentials: number | Unobservable;
    'abandoned-credentials': number | Unobservable;
  };
  'this-device':
    | { passkeys: number; hidden: number; accounts: string[]; 'display-names': string[] }
    | 'none'
    | Unobservable;
  browser: {
    error: string;
    within: number | null;
    transports: string[] | Unobservable | null;
    'conditional-get': { state: string; accounts: readonly string[] | null; problem: string } | Unobservable;
    signals: Readonly<Record<SignalMethod, ObservedSignal>> | Unobservable;
    capabilities: Readonly<Record<string, boolean>> | Unobservable;
  };
  wire: readonly WireExchange[] | Unobservable;
  ui: { says: string; title: string; url: string };
}

/** Returns the name of an exchange in a scenario: `makeCredential`, `clientPIN/setPIN`. */
export function exchangeName({ command, subCommand }: WireExchange): string {
  const short = shortCommandName(command);
  return subCommand ? `${short}/${subCommand}` : short;
}

/** Returns what `expect: wire: <command>:` can check about the exchanges of a command or subcommand. */
export function observeExchanges(wire: readonly WireExchange[], name: string) {
  const exchanges = wire.filter(
    (exchange) => exchangeName(exchange) === name || exchangeName(exchange).startsWith(`${name}/`),
  );
  const statuses = exchanges.map(({ status, transportError }) => status ?? transportError ?? 'no answer');
  const keepalives = exchanges.flatMap((exchange) => exchange.keepalives);
  return {
    status: statuses.at(-1) ?? 'never sent',
    statuses,
    times: exchanges.length,
    'keepalive-upneeded': keepalives.filter((state) => state === 'upneeded').length,
  };
}
