/** The organisation behind a site: its users, and what its administrators can do and read, as far as the site allows this in a test. */
import type { EventRecord, Passkey, PendingPasskey } from '#relying-party/store/store.ts';
import type { ScenarioPolicy, ScenarioUser } from '../language/schema/relying-party.ts';
import type { StepArgument } from '../language/step-arguments.ts';
import type { RelyingPartyLog } from './relying-party-log.ts';
import type { FlowValues } from './site/site-flow.ts';

/** A user, with the secrets that only the user knows. */
export interface TestUser {
  name: string;
  /** Values for the steps of a site file: `user.name`, `user.password`. */
  values: FlowValues;
}

export interface Organisation {
  /**
   * Returns the user called `name`; without it the user who is signed in, or the first user of the case if none is.
   * @throws {Error} if there is none; the message lists all users.
   */
  user(name?: string): TestUser;
  /**
   * Returns a code of the authenticator app of that user, and waits for the next one if the current one was used.
   * @throws {Error} if the user has none, or the reason of `signal` if it aborts first.
   */
  totpCode(name?: string, signal?: AbortSignal): string | Promise<string>;
  /** The user who is signed in adds the key of an authenticator app that a page shows. */
  addTotpSecret(secret: string): void;
  /** Returns the newest Temporary Access Pass of that user. @throws {Error} if none was issued. */
  newestTap(name?: string): string;
  /** The log of the relying party; undefined for a site without an accessible log. */
  readonly log: RelyingPartyLog | undefined;
  /** Values that must not appear in a report. */
  readonly secrets: readonly string[];
  /** Undefined for a site that Touchstone does not administer. What it stores and logs is then not observable. */
  readonly administration: Administration | undefined;
}

/** What the administrators of the organisation can do and read. */
export interface Administration {
  /** A refusal is an outcome for `expect`, not a failure of the step. */
  issueTap(request: NonNullable<StepArgument<'issue-tap'>>): Promise<void>;
  setPolicy(changes: ScenarioPolicy): Promise<void>;
  /** Creates a user and makes it the first user of the case. */
  provision(user: ScenarioUser): Promise<void>;
  /** Returns the passkeys of the user who has signed in last, or of the first user of the case. */
  passkeys(): Promise<(Passkey & { provisioned: boolean })[]>;
  /** Returns the ids of the credentials of all users. */
  credentialIds(): Promise<string[]>;
  /** Returns credentials of that user that were verified but never named, and can no longer be named. */
  abandonedCredentials(): Promise<PendingPasskey[]>;
  /** Returns everything that the relying party logged, after it has marked expired pending passkeys as abandoned. */
  events(): Promise<EventRecord[]>;
}
