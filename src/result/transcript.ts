/** The transcript of a ceremony: exchanges between client and authenticator, and events logged by the parties. Every report is created from it. */

/** One CTAP exchange. Bytes are lower-case hex; `atMs` counts from the origin of the timeline. */
export interface WireExchange {
  atMs: number;
  durationMs: number;
  /** Name from the command table, e.g. `authenticatorMakeCredential`; `0x..` for an unknown command. */
  command: string;
  /** Name of the sub-command of authenticatorClientPIN, e.g. `getKeyAgreement`. */
  subCommand?: string;
  request: string;
  /** Absent if the exchange ended without an answer; `transportError` is then the reason. */
  response?: string;
  /** Name from the status table, e.g. `CTAP2_OK`. */
  status?: string;
  transportError?: string;
  /** Keepalives in order of arrival. */
  keepalives: ('processing' | 'upneeded')[];
  /** True if the authenticator is on another machine: `durationMs` includes the network. */
  remote?: boolean;
}

/** Whether the times of a ceremony include a network. Such times are shown, but not used for percentiles and gates. */
export const isRemote = (wire: readonly WireExchange[]): boolean => wire.some(({ remote }) => remote);

/** An event logged by one of the parties, e.g. `passkey.registered` by the relying party. */
export interface PartyEvent {
  atMs: number;
  party: 'relying-party' | 'client' | 'authenticator' | 'user';
  /** Stable code: `mfa.tap.ok`, `registration.refused`, ... */
  event: string;
  detail?: Record<string, string | number | boolean | null>;
}
