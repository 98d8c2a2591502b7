/** Runs one case against a target: a control without the change, the change, what was stored, and an honest ceremony afterwards. */
import { messageOf } from '#base/errors.ts';
import type { CaseResult, Evidence } from '../case-result.ts';
import type { CheckVerdict } from '../verdict.ts';
import { beginAuthentication, beginRegistration } from './begin-ceremony.ts';
import { CaseAccounts } from './case-accounts.ts';
import type { CeremonySettings } from './ceremony-settings.ts';
import { compareOutcome, describeOutcome } from './compare-outcome.ts';
import { runApiCase } from './conformance-api/run-api-case.ts';
import type { SuiteEmulator } from './emulator-port.ts';
import { type Attempt, findTrace } from './find-trace.ts';
import { createCredential, makeAuthentication, makeRegistration, type SuiteCredential } from './make-ceremony.ts';
import { makeMetadata } from './make-metadata.ts';
import { withOwnModel } from './model-policy.ts';
import type { ApiCase, AuthenticationCase, Base, RegistrationCase, RelyingPartyCase } from './relying-party-case.ts';
import { SettingsRefused, SettingsUnsupported } from './server-configuration.ts';
import { type Capability, findMissingSupport, formatOf } from './support.ts';
import type { Account, Outcome, RelyingPartyTarget } from './target.ts';
import { authenticationOf, ceremonyOf, registrationOf, VectorRefused } from './vectors/vector-ceremony.ts';
import type { W3cVector } from './vectors/w3c-vectors.ts';

/** The result of a case, with what the target did. */
export interface RelyingPartyCaseResult extends CaseResult {
  outcome: Outcome | undefined;
  /** Why the case is not applicable, if the target lacks a capability; a profile may demand it. */
  lacking?: Capability | undefined;
}

interface Judgement {
  verdict: CheckVerdict;
  message: string;
  outcome?: Outcome | undefined;
  lacking?: Capability | undefined;
  /** What was sent. */
  sent?: readonly Evidence[] | undefined;
}

/** A case with one change of a ceremony. */
type CeremonyCase = RegistrationCase | AuthenticationCase;

/** The parties of a case. */
interface Parties {
  base: Base;
  account: Account;
  credential: SuiteCredential;
  accounts: CaseAccounts;
}

/** Runs cases against one target. For each base, it stores whether the target accepts it without a change. */
export class CaseRunner {
  readonly #target: RelyingPartyTarget;
  readonly #emulator: SuiteEmulator;
  readonly #controls = new Map<string, Promise<Outcome>>();
  #credentials = 0;

  constructor(target: RelyingPartyTarget, emulator: SuiteEmulator) {
    this.#target = target;
    this.#emulator = emulator;
  }

  /** Runs a case. An error of the target or of the suite makes it inconclusive; it ends no run. */
  async run(one: RelyingPartyCase): Promise<RelyingPartyCaseResult> {
    const start = performance.now();
    const accounts = new CaseAccounts(this.#target);
    const judgement = await this.#judge(one, accounts).catch(
      (error: unknown): Judgement => ({
        verdict:
          error instanceof SettingsUnsupported || error instanceof VectorRefused ? 'not-applicable' : 'inconclusive',
        message: messageOf(error),
      }),
    );
    const { verdict, message, outcome, sent, lacking } = judgement;
    const evidence: Evidence[] = [...(sent ?? [])];
    if (outcome) evidence.push({ name: 'outcome', text: describeOutcome(outcome) });
    for (const problem of await accounts.close()) evidence.push({ name: 'clean-up', text: problem });
    const durationMs = performance.now() - start;
    return { id: one.id, verdict, message, evidence, outcome, durationMs, ...(lacking && { lacking }) };
  }

  async #judge(one: RelyingPartyCase, accounts: CaseAccounts): Promise<Judgement> {
    const missing = findMissingSupport(one, this.#target);
    if (missing) return { verdict: 'not-applicable', message: missing.reason, lacking: missing.capability };
    if (one.ceremony === 'api') return this.#judgeApi(one);
    const control = await this.#runControl(one);
    if (control.verdict === 'refused' && mayDistrust(one, this.#target))
      return {
        verdict: 'not-applicable',
        lacking: `format ${formatOf(one.base.attestation)}`,
        message: `The target accepts no such attestation: ${describeOutcome(control)}`,
      };
    if (control.verdict !== 'accepted')
      return {
        verdict: one.expected === 'accept' && isUnchanged(one) ? 'fail' : 'inconclusive',
        message: `The target does not accept the ceremony without the change: ${describeOutcome(control)}`,
      };
    const attempt = await this.#attempt(one, accounts);
    const { outcome } = attempt;
    const sent = accounts.lastSent && [accounts.lastSent];
    const problem = compareOutcome(one, outcome) ?? (await this.#findTrace(one, attempt));
    return problem === undefined
      ? { verdict: 'pass', message: '', outcome, sent }
      : { verdict: 'fail', message: problem, outcome, sent };
  }

  /** Performs the ceremony with the change. A server that refuses the metadata of a case refuses the registrations that need it. */
  async #attempt(one: CeremonyCase, accounts: CaseAccounts): Promise<Attempt> {
    try {
      const account = await accounts.open(this.#settingsOf(one));
      const credential = this.#createCredential(one.base);
      return {
        account,
        credential,
        outcome: await this.#perform(one, { base: one.base, account, credential, accounts }),
      };
    } catch (error) {
      if (!(error instanceof SettingsRefused && one.base.usesMetadata)) throw error;
      return { outcome: { verdict: 'refused', detail: error.message } };
    }
  }

  async #judgeApi(one: ApiCase): Promise<Judgement> {
    const { conformanceApi: api } = this.#target;
    if (!api) throw new Error('Expected a target with the conformance API');
    const createOwn = () => this.#createCredential(one.base);
    const parties = { api, emulator: this.#emulator, createCredential: createOwn };
    const { verdict, message, crash, evidence } = await runApiCase(one, parties);
    const outcome: Outcome | undefined = crash === undefined ? undefined : { verdict: 'crashed', detail: crash };
    return { verdict, message, outcome, sent: evidence };
  }

  #runControl(one: CeremonyCase): Promise<Outcome> {
    const key = `${one.ceremony} ${JSON.stringify(one.base)}`;
    const control = this.#controls.get(key) ?? this.#acceptUnchanged(one);
    this.#controls.set(key, control);
    return control;
  }

  async #acceptUnchanged(one: CeremonyCase): Promise<Outcome> {
    const { base, ceremony } = one;
    const accounts = new CaseAccounts(this.#target);
    try {
      const account = await accounts.open(this.#settingsOf({ base, change: {} }));
      const credential = this.#createCredential(base);
      const registered = await this.#register(account, credential);
      if (ceremony === 'registration' || registered.verdict !== 'accepted') return registered;
      const response = await makeAuthentication(this.#emulator, credential, await beginAuthentication(account));
      return await account.authenticate(response);
    } finally {
      await accounts.close();
    }
  }

  /** The control of a case has neither its change nor its policy. */
  #settingsOf({ base, change, policy, vector }: SettingsOfCase): CeremonySettings {
    if (vector) return { ...base.settings, vector: ceremonyOf(vector) };
    if (policy) return { ...base.settings, policy: withOwnModel(policy, this.#emulator) };
    if (!base.usesMetadata) return base.settings;
    const metadata = makeMetadata(this.#emulator, 'metadata' in change ? change.metadata : undefined);
    return { ...base.settings, metadata };
  }

  /** Returns a credential that no other case has. */
  #createCredential = (base: Base): SuiteCredential =>
    createCredential(`credential ${this.#target.credentialSeed ?? ''}${this.#credentials++}`, base);

  #findTrace(one: CeremonyCase, attempt: Attempt): Promise<string | undefined> {
    const parties = { target: this.#target, emulator: this.#emulator, createCredential: this.#createCredential };
    return findTrace(one, attempt, parties);
  }

  async #register(account: Account, credential: SuiteCredential): Promise<Outcome> {
    return account.register(await makeRegistration(this.#emulator, credential, await beginRegistration(account)));
  }

  /** Sends the responses of a test vector. */
  async #performVector(vector: W3cVector, { ceremony }: CeremonyCase, account: Account): Promise<Outcome> {
    await account.beginRegistration();
    const registered = await account.register(registrationOf(vector));
    if (ceremony === 'registration') return registered;
    if (registered.verdict !== 'accepted')
      throw new VectorRefused(`The target refuses the registration of the vector: ${describeOutcome(registered)}`);
    await account.beginAuthentication();
    return account.authenticate(authenticationOf(vector, account.userHandle));
  }

  /** Performs the ceremony with the change. */
  async #perform(one: CeremonyCase, parties: Parties): Promise<Outcome> {
    const { account, credential } = parties;
    if (one.vector) return this.#performVector(one.vector, one, account);
    if (one.ceremony === 'registration') {
      if (one.session) return this.#performInSession(one.session, parties);
      const ceremony = await beginRegistration(account);
      return account.register(await makeRegistration(this.#emulator, credential, ceremony, one.change));
    }
    const registered = await this.#register(account, credential);
    if (registered.verdict !== 'accepted')
      throw new Error(`The target does not register the passkey for the sign-in: ${describeOutcome(registered)}`);
    const ceremony = await beginAuthentication(account);
    const response = await makeAuthentication(this.#emulator, credential, ceremony, one.change);
    if (one.session === 'challenge-expired') await account.letTimePass?.(longerThanAnyChallenge);
    if (one.session !== 'challenge-used-twice') return account.authenticate(response);
    await account.authenticate(response);
    return account.authenticate(response);
  }

  async #performInSession(
    event: NonNullable<RelyingPartyCase['session']>,
    { base, account, credential, accounts }: Parties,
  ): Promise<Outcome> {
    const other = await accounts.open(base.settings);
    const ceremony = await beginRegistration(account);
    const response = await makeRegistration(this.#emulator, credential, ceremony);
    if (event === 'challenge-of-another-session') return other.register(response);
    if (event === 'challenge-expired') {
      await account.letTimePass?.(longerThanAnyChallenge);
      return account.register(response);
    }
    const first = await account.register(response);
    if (first.verdict !== 'accepted')
      throw new Error(`The first registration is not accepted: ${describeOutcome(first)}`);
    if (event === 'credential-registered-twice') return this.#register(other, credential);
    const again = await makeRegistration(this.#emulator, this.#createCredential(base), ceremony);
    return account.register(again);
  }
}

/** A target with roots of its own may refuse the valid attestation of the emulator. */
const mayDistrust = ({ base }: RelyingPartyCase, { formats, checksTrust }: RelyingPartyTarget): boolean =>
  base.attestation !== 'none' && formats === undefined && !checksTrust;

type SettingsOfCase = Pick<RelyingPartyCase, 'base' | 'change' | 'policy' | 'vector'>;

/** Challenges are valid for minutes. */
const longerThanAnyChallenge = 24 * 60 * 60_000;

const isUnchanged = ({ change, session }: RelyingPartyCase): boolean =>
  Object.keys(change).length === 0 && session === undefined;
