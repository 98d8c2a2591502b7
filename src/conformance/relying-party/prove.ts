/**
 * Proves the catalogue: each case passes with a target that conforms, and fails with one that lacks exactly the rules which the case
 * violates. A case that must be accepted is proven by a target that refuses everything, a case with two correct outcomes by one that
 * crashes; a rule that a relying party may have decides it, too. A case about the requests of the conformance API is proven by its own defect, which changes what the portal gets or answers.
 */
import type { Random } from '#base/random.ts';
import type { ApiDefect } from './conformance-api/api-case.ts';
import type { SuiteEmulator } from './emulator-port.ts';
import { createLibraryTarget, type RelyingPartyLibrary } from './library-target.ts';
import type { ApiCase, AuthenticationCase, RegistrationCase, RelyingPartyCase } from './relying-party-case.ts';
import type { RuleId } from './rules.ts';
import { CaseRunner } from './run-case.ts';
import type { Account, Outcome, RelyingPartyTarget } from './target.ts';

export interface ProofParties {
  emulator: SuiteEmulator;
  random: Random;
  /** Root certificates, DER. */
  trustAnchors: readonly Uint8Array[];
  /** A conforming target with sessions. */
  portal: RelyingPartyTarget;
  /** Returns a verifier that conforms but for the rules in `lacks`. */
  createVerifier(lacks: readonly RuleId[]): RelyingPartyLibrary;
}

/** Returns why each case is not proven; empty if all are. */
export async function findUnprovenCases(
  cases: readonly RelyingPartyCase[],
  parties: ProofParties,
): Promise<{ id: string; problem: string }[]> {
  const prover = new Prover(parties);
  const problems: { id: string; problem: string }[] = [];
  for (const one of cases) {
    const problem = await prover.findProblem(one);
    if (problem !== undefined) problems.push({ id: one.id, problem });
  }
  return problems;
}

class Prover {
  readonly #parties: ProofParties;
  readonly #runners = new Map<string, CaseRunner>();

  readonly #portal: CaseRunner;
  /** What the conformance API of the portal does wrong at the moment. */
  #apiDefect: ApiDefect | undefined;
  /** A target that claims to have sessions, a clock and a policy, but stores neither challenges nor credentials, and allows everything. */
  readonly #withoutMemory: CaseRunner;

  constructor(parties: ProofParties) {
    this.#parties = parties;
    const { createVerifier, emulator, portal, ...options } = parties;
    this.#portal = new CaseRunner(
      withDefect(portal, () => this.#apiDefect),
      emulator,
    );
    const forgetful = createLibraryTarget(createVerifier(['client-data.challenge']), options);
    const claims = { keepsState: true, hasClock: true, hasPolicy: true };
    this.#withoutMemory = new CaseRunner({ ...forgetful, ...claims }, emulator);
  }

  async findProblem(one: RelyingPartyCase): Promise<string | undefined> {
    const conforming = await (needsServer(one) ? this.#portal : this.#runnerFor([])).run(one);
    if (conforming.verdict !== 'pass')
      return `With the conforming target: ${conforming.verdict}: ${conforming.message}`;
    if (one.ceremony === 'api') return this.#findApiProblem(one);
    const decision = await this.#findDecisionProblem(one, conforming.outcome);
    if (decision !== undefined) return decision;
    const weak = await this.#runOnWeak(one);
    const expected: Outcome['verdict'] = one.expected === 'refuse' ? 'accepted' : weakAnswer(one).verdict;
    if (weak.verdict === 'fail' && weak.outcome?.verdict === expected) return undefined;
    return `With a target without ${one.rules.join(', ') || 'the behaviour'}: ${weak.verdict}: ${weak.message}`;
  }

  /** A rule that a relying party may have must decide the case, too: with it the response is refused, and without it accepted. */
  async #findDecisionProblem(one: RegistrationCase | AuthenticationCase, outcome: Outcome | undefined) {
    if (typeof one.expected === 'string' || one.rules.length === 0) return undefined;
    if (outcome?.verdict !== 'refused' || !one.rules.some((rule) => rule === outcome.rule))
      return `Expected the conforming target to refuse because of ${one.rules.join(' or ')}, got ${JSON.stringify(outcome)}`;
    const weak = await this.#runnerFor(one.rules).run(one);
    if (weak.outcome?.verdict === 'accepted') return undefined;
    return `With a target without ${one.rules.join(', ')}: ${JSON.stringify(weak.outcome)}`;
  }

  /** Runs the case on a portal that breaks the rule. Only a case with two correct outcomes is proven by a crash. */
  async #findApiProblem(one: ApiCase): Promise<string | undefined> {
    this.#apiDefect = one.defect;
    const weak = await this.#portal.run(one);
    this.#apiDefect = undefined;
    const hasCrashed = weak.outcome?.verdict === 'crashed';
    if (weak.verdict === 'fail' && hasCrashed === (typeof one.expected === 'object')) return undefined;
    return `With a server that breaks ${one.rules.join(', ')}: ${weak.verdict}: ${weak.message}`;
  }

  #runOnWeak(one: RegistrationCase | AuthenticationCase) {
    if (needsServer(one) && one.expected === 'refuse') return this.#withoutMemory.run(one);
    return one.expected === 'refuse' ? this.#runnerFor(one.rules).run(one) : this.#runOnBroken(one);
  }

  #runnerFor(rules: readonly RuleId[]): CaseRunner {
    const key = rules.join();
    const known = this.#runners.get(key);
    if (known) return known;
    const { createVerifier, emulator, ...options } = this.#parties;
    const runner = new CaseRunner(createLibraryTarget(createVerifier(rules), options), emulator);
    this.#runners.set(key, runner);
    return runner;
  }

  /** Runs the case on a target that accepts the control, and then refuses everything or crashes. */
  #runOnBroken(one: RegistrationCase | AuthenticationCase) {
    const { createVerifier, emulator, ...options } = this.#parties;
    const answer = weakAnswer(one);
    return new CaseRunner(
      breakAfterControl({ ...createLibraryTarget(createVerifier([]), options), hasPolicy: true }, one, answer),
      emulator,
    ).run(one);
  }
}

/** Returns the target, whose new sessions of the conformance API have the defect that `readDefect` returns. */
function withDefect(target: RelyingPartyTarget, readDefect: () => ApiDefect | undefined): RelyingPartyTarget {
  const { conformanceApi: api } = target;
  if (!api) return target;
  const openSession = () => readDefect()?.(api.openSession()) ?? api.openSession();
  return { ...target, conformanceApi: { ...api, openSession } };
}

/** A library verifies single responses; it has neither requests, sessions nor a policy. */
const needsServer = ({ ceremony, session, policy }: RelyingPartyCase): boolean =>
  ceremony === 'api' || session !== undefined || policy !== undefined;

const weakAnswer = ({ expected }: RelyingPartyCase): Outcome =>
  expected === 'accept'
    ? { verdict: 'refused', detail: 'refuses everything' }
    : { verdict: 'crashed', detail: 'crashes' };

/** Returns the target with `answer` for every response after the first account, which is that of the control. */
function breakAfterControl(
  target: RelyingPartyTarget,
  { ceremony }: RelyingPartyCase,
  answer: Outcome,
): RelyingPartyTarget {
  let accounts = 0;
  return {
    ...target,
    async openAccount(settings) {
      const account: Account = await target.openAccount(settings);
      accounts += 1;
      if (accounts === 1) return account;
      return ceremony === 'registration'
        ? { ...account, register: async () => answer }
        : { ...account, authenticate: async () => answer };
    },
  };
}
