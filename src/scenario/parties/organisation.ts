/** The organisation behind a site: its users, and what its administrators do and see, as far as the site lets a test do that. */
import type { EventRecord, Passkey, PendingPasskey } from '#relying-party/store/store.ts';
import type { ScenarioPolicy, ScenarioUser } from '../language/schema/relying-party.ts';
import type { StepArgument } from '../language/step-arguments.ts';
import type { FlowValues } from './site/site-flow.ts';

/** A user, with the secrets that only the user knows. */
export interface TestUser {
  name: string;
  /** Values for the steps of a site file: `user.name`, `user.password`. */
  values: FlowValues;
}

export interface Organisation {
  /** Returns the user called `name`, or the default user. @throws {Error} if there is none; the message lists all users. */
  user(name?: string): TestUser;
  /** Returns the current code of the authenticator app of the default user. @throws {Error} if the user has none. */
  totpCode(): string;
  /** The default user adds the key of an authenticator app that a page shows. */
  addTotpSecret(secret: string): void;
  /** @throws {Error} if no Temporary Access Pass was issued. */
  newestTap(): string;
  /** Values that must not appear in a report. */
  readonly secrets: readonly string[];
  /** Undefined for a site that Touchstone does not administer. What it stores and logs is then not observable. */
  readonly administration: Administration | undefined;
}

/** What the administrators of the organisation do and see. */
export interface Administration {
  /** A refusal is an outcome for `expect`, not a failure of the step. */
  issueTap(request: NonNullable<StepArgument<'issue-tap'>>): Promise<void>;
  setPolicy(changes: ScenarioPolicy): Promise<void>;
  /** Creates a user and makes it the default user. */
  provision(user: ScenarioUser): Promise<void>;
  passkeys(): Promise<(Passkey & { provisioned: boolean })[]>;
  /** Returns credentials that were verified but never named, and can no longer be named. */
  abandonedCredentials(): Promise<PendingPasskey[]>;
  /** Returns everything that the relying party logged, after it has marked expired pending passkeys as abandoned. */
  events(): Promise<EventRecord[]>;
}
