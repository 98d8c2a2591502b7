/** Looks for what a refusal left behind in a target that keeps sessions. */
import { beginAuthentication, beginRegistration } from './begin-ceremony.ts';
import { describeOutcome, findUnsignedId, namesOtherId } from './compare-outcome.ts';
import type { SuiteEmulator } from './emulator-port.ts';
import { makeAuthentication, makeRegistration, type SuiteCredential } from './make-ceremony.ts';
import type {
  AuthenticationCase,
  AuthenticationChange,
  Base,
  RegistrationCase,
  RelyingPartyCase,
} from './relying-party-case.ts';
import type { Account, Outcome, RelyingPartyTarget } from './target.ts';

/** What a case did; without an account, the server refused the settings of the case. */
export interface Attempt {
  outcome: Outcome;
  account?: Account;
  /** The credential of the account. */
  credential?: SuiteCredential;
}

/** Who takes part in the search. */
export interface TraceParties {
  target: RelyingPartyTarget;
  emulator: SuiteEmulator;
  /** Returns a credential that no other case has. */
  createCredential(base: Base): SuiteCredential;
}

/** The user of a case. */
interface Owner {
  account: Account;
  credential: SuiteCredential;
  emulator: SuiteEmulator;
}

/** Looks for what a refusal left behind: a stored credential, or a user who cannot do the same with a valid response. */
export async function findTrace(
  one: RegistrationCase | AuthenticationCase,
  { account, credential, outcome }: Attempt,
  parties: TraceParties,
): Promise<string | undefined> {
  const { target, emulator, createCredential } = parties;
  if (one.base.usesMetadata) return undefined; // the metadata of the case stays in force
  if (!account || !credential || !target.keepsState) return undefined;
  if (outcome.verdict === 'accepted')
    return namesOtherId(one) ? findUnsignedId(await account.listCredentialIds(), credential) : undefined;
  if (one.ceremony === 'authentication') return findLockout(one, { account, credential, emulator });
  const expected = one.session && !leavesNothing.includes(one.session) ? 1 : 0;
  const stored = await account.listCredentialIds();
  if (stored && stored.length > expected)
    return `Expected nothing to be stored after the refusal, found ${stored.join(', ')}`;
  if (!one.session && target.conformanceApi && (await canSignIn({ account, credential, emulator })))
    return 'Expected nothing to be stored after the refusal, but the credential can sign in';
  if (one.policy || one.session === 'challenge-expired') return undefined; // the policy or the time still counts
  const response = await makeRegistration(emulator, createCredential(one.base), await beginRegistration(account));
  const honest = await account.register(response);
  return honest.verdict === 'accepted'
    ? undefined
    : `Expected an honest registration afterwards to be accepted, got ${describeOutcome(honest)}`;
}

/** A server need not list what it has stored. A page would leave the registration for that, so only the conformance API is asked. */
async function canSignIn({ account, credential, emulator }: Owner): Promise<boolean> {
  const ceremony = await beginAuthentication(account).catch(() => undefined); // a user without credentials
  if (!ceremony) return false;
  const response = await makeAuthentication(emulator, credential, ceremony);
  return (await account.authenticate(response)).verdict === 'accepted';
}

/** A server may do more than refuse if the refusal is its own decision. */
async function findLockout(one: AuthenticationCase, { account, credential, emulator }: Owner) {
  if (one.expected !== 'refuse' || one.session === 'challenge-expired') return undefined;
  const ceremony = await beginAuthentication(account);
  const response = await makeAuthentication(emulator, credential, ceremony, laterSignature(credential));
  const honest = await account.authenticate(response);
  return honest.verdict === 'accepted'
    ? undefined
    : `Expected an honest sign-in afterwards to be accepted, got ${describeOutcome(honest)}`;
}

/** The counter of a signature after that of the case. */
const laterSignature = ({ base: { synced } }: SuiteCredential): AuthenticationChange =>
  synced ? {} : { authenticator: { authData: (data) => ({ ...data, signCount: 20 }) } };

/** Events of the time when nothing was registered yet. */
const leavesNothing: readonly RelyingPartyCase['session'][] = ['challenge-of-another-session', 'challenge-expired'];
