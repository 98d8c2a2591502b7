/** What went over the wire between client and authenticator, as events that can be written to a file and replayed into any report. */

/** One CTAP exchange. Bytes are lower-case hex; `atMs` counts from the timeline's origin. */
export interface WireExchange {
  atMs: number;
  durationMs: number;
  /** Name from the command table, e.g. `authenticatorMakeCredential`, or `0x..` when unknown. */
  command: string;
  /** clientPIN and other commands with sub-commands: its name, e.g. `getKeyAgreement`. */
  subCommand?: string;
  request: string;
  /** Absent when the exchange ended without an answer (`transportError` says why). */
  response?: string;
  /** Name from the status table, e.g. `CTAP2_OK`. */
  status?: string;
  transportError?: string;
  /** Keepalives in order of arrival. */
  keepalives: ('processing' | 'upneeded')[];
  /** A network lay between client and authenticator, and is in `durationMs`. */
  remote?: boolean;
}

/** Whether times of this ceremony include a network: they are shown, and never judged: no percentile, no gate. */
export const isRemote = (wire: readonly WireExchange[]): boolean => wire.some(({ remote }) => remote);

/** Something that one of the parties logged, e.g. `passkey.registered` by the relying party. */
export interface PartyEvent {
  atMs: number;
  party: 'relying-party' | 'client' | 'authenticator' | 'user';
  /** Stable code: `mfa.tap.ok`, `registration.refused`, ... */
  event: string;
  detail?: Record<string, string | number | boolean | null>;
}
