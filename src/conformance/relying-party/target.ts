/**
 * The port to a relying party under test. Implementations: a library through its adapter (`library-target.ts`), a server with the
 * conformance API, a web site in a browser, and the reference portal.
 */
import type { CeremonySettings } from './ceremony-settings.ts';
import type { ConformanceApi } from './conformance-api/client.ts';
import type { RelyingPartyCase } from './relying-party-case.ts';

/** What the relying party did with a response. */
export type Outcome =
  | { verdict: 'accepted' }
  | {
      verdict: 'refused';
      /** Id of the violated rule, if the target names it. */
      rule?: string | undefined;
      /** The answer of the target. */
      detail?: string | undefined;
    }
  /** An exception that is not a refusal, or HTTP status 5xx. */
  | { verdict: 'crashed'; detail: string };

/** One user of the relying party, with a session. */
export interface Account {
  readonly origin: string;
  readonly rpId: string;
  /** Base64url. */
  readonly userHandle: string;
  /** Returns the challenge (base64url) of a new registration. */
  beginRegistration(): Promise<string>;
  /** Sends RegistrationResponseJSON, or what a case makes of it. */
  register(response: unknown): Promise<Outcome>;
  /** Returns the challenge (base64url) of a new authentication. */
  beginAuthentication(): Promise<string>;
  /** Sends AuthenticationResponseJSON, or what a case makes of it. */
  authenticate(response: unknown): Promise<Outcome>;
  /** Returns the ids (base64url) of the stored credentials; undefined if the target does not report them. */
  listCredentialIds(): Promise<readonly string[] | undefined>;
  /** Advances the clock of the target, if it can do that. */
  letTimePass?(ms: number): Promise<void>;
  /** Removes what the account has stored, as far as the target permits, and ends its session. */
  close?(): Promise<void>;
}

/** A relying party under test. */
export interface RelyingPartyTarget {
  name: string;
  version?: string | undefined;
  /** Attestation statement formats that it verifies; undefined if that is not known. */
  formats?: readonly string[] | undefined;
  /** COSE algorithms that it supports; undefined if that is not known. */
  algorithms?: readonly number[] | undefined;
  /** Whether it checks attestation certificates against given root certificates; undefined if its roots are not known. */
  checksTrust: boolean | undefined;
  /** Whether it uses the metadata of a case. */
  usesMetadata?: boolean | undefined;
  /** Part of the names of all credentials, for a target that may have kept those of an earlier run. */
  credentialSeed?: string | undefined;
  /** Whether it stores challenges, sessions and credentials between calls. */
  keepsState: boolean;
  /** Whether it applies the policy of a case about models. */
  hasPolicy?: boolean | undefined;
  /** Whether its clock can be advanced. */
  hasClock?: boolean | undefined;
  /** Whether a case can set origin, RP ID and challenges. */
  takesVectors?: boolean | undefined;
  /** Its conformance API, if it has one. */
  conformanceApi?: ConformanceApi | undefined;
  /** Returns why the target cannot run a case, for a reason that is specific to the target. */
  findObstacle?(one: RelyingPartyCase): string | undefined;
  openAccount(settings: CeremonySettings): Promise<Account>;
}
