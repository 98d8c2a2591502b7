/** What can be known of each party when the steps of a case are through, in the vocabulary of `expect`. */
import type { WireExchange } from '#result/transcript.ts';

/** Stands for a value that cannot be looked at here. A line that asks for it neither holds nor fails. */
export class Unobservable {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
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

export interface Observation {
  'relying-party': {
    passkey: ObservedPasskey | 'none';
    passkeys: number;
    refused: string | null;
    http: number | null;
    orphans: number;
    events: string[];
  };
  authenticator: {
    pin: 'set' | 'unset' | 'blocked' | Unobservable;
    'pin-retries': number | Unobservable;
    'needs-power-cycle': boolean | Unobservable;
    credentials: number | Unobservable;
    orphans: number | Unobservable;
  };
  browser: { error: string; within: number | null; transports: string[] | null };
  wire: readonly WireExchange[];
  ui: { says: string; title: string; url: string };
}

/** `authenticatorMakeCredential` as a scenario says it: `makeCredential`. */
export const shortName = (command: string): string =>
  command.replace(/^authenticator(.)/, (_, first: string) => first.toLowerCase());

/** The name of an exchange in a scenario: `makeCredential`, `clientPIN/setPIN`. */
export function exchangeName({ command, subCommand }: WireExchange): string {
  const short = shortName(command);
  return subCommand ? `${short}/${subCommand}` : short;
}

/** What `expect: wire: <command>:` can ask of the exchanges of one command, or of one sub-command. */
export function observeExchanges(wire: readonly WireExchange[], name: string) {
  const found = wire.filter(
    (exchange) => exchangeName(exchange) === name || exchangeName(exchange).startsWith(`${name}/`),
  );
  const outcome = (exchange: WireExchange) => exchange.status ?? exchange.transportError ?? 'no answer';
  return {
    status: found.length > 0 ? outcome(found.at(-1)!) : 'never sent',
    statuses: found.map(outcome),
    times: found.length,
    'keepalive-upneeded': found.flatMap(({ keepalives }) => keepalives).filter((state) => state === 'upneeded').length,
  };
}
