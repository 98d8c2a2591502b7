/**
 * Conditional get(), WebAuthn L3 sections 5.1.4 and 5.1.4.1: the accounts of this device are offered in the autofill list of a
 * form field. The request waits without a timeout until a sign-in from the list succeeds or the page aborts.
 */
import { LinkedAbort } from '#base/async.ts';
import { equal } from '#base/bytes.ts';
import { type Ceremony, runCeremony } from './ceremony.ts';
import { CeremonyError } from './ceremony-error.ts';
import type { AvailableAuthenticator } from './context.ts';
import type { CredentialDescriptor } from './credential-options.ts';
import { type AssertionRequest, supportsAssertion } from './get-assertion.ts';
import { openAuthenticator, type SelectedAuthenticator, withSelectedAuthenticator } from './select-device.ts';
import type { AccountChoice, AutofillPrompt } from './user-interaction.ts';

/** Signs in with one authenticator, as part of the ceremony `attempt`. */
type SignIn<T> = (authenticator: SelectedAuthenticator, request: AssertionRequest, attempt: Ceremony) => Promise<T>;

/** An account in the list: DiscoverableCredentialMetadata and its authenticator. */
interface DiscoveredAccount extends AccountChoice {
  available: AvailableAuthenticator;
}

/**
 * Offers the accounts until a sign-in succeeds, and returns its result. Each attempt is a separate ceremony: when it fails,
 * the user is shown the reason, and the page gets no answer.
 */
export async function signInFromAutofill<T>(
  request: AssertionRequest,
  ceremony: Ceremony,
  signIn: SignIn<T>,
): Promise<T> {
  let problem: AutofillPrompt['problem'];
  for (;;) {
    const choice = await chooseAccount(request, problem, ceremony);
    try {
      const context = { ...ceremony.context, signal: ceremony.signal };
      return await runCeremony(context, undefined, (attempt) => runAttempt(choice, request, attempt, signIn));
    } catch (error) {
      if (ceremony.signal.aborted || !(error instanceof CeremonyError) || error.name === 'UnknownError') throw error;
      problem = error.endReason ?? 'cancelled';
    }
  }
}

/** With an account: a request for that credential only. With another device: the dialog, for discoverable credentials. */
async function runAttempt<T>(
  choice: DiscoveredAccount | 'another-device',
  request: AssertionRequest,
  attempt: Ceremony,
  signIn: SignIn<T>,
): Promise<T> {
  const isSuitable = (info: SelectedAuthenticator['info']) => supportsAssertion(info, request);
  if (choice === 'another-device') {
    const selection = { rpId: request.rpId, attachment: 'cross-platform', hints: [], isSuitable } as const;
    return withSelectedAuthenticator(selection, attempt, (authenticator) => signIn(authenticator, request, attempt));
  }
  const allowCredentials = [{ type: 'public-key', id: choice.credentialId }];
  const forAccount = { ...request, options: { ...request.options, allowCredentials } };
  const authenticator = await openAuthenticator(choice.available, attempt);
  if (isSuitable(authenticator.info)) return signIn(authenticator, forAccount, attempt);
  throw new CeremonyError('NotAllowedError', 'The authenticator cannot verify the user', 'device-unsuitable');
}

/** Waits until the user picks from the list. Offers it again whenever authenticators come or go. */
async function chooseAccount(
  request: AssertionRequest,
  problem: AutofillPrompt['problem'],
  ceremony: Ceremony,
): Promise<DiscoveredAccount | 'another-device'> {
  for (;;) {
    const choice = await chooseFromCurrentList(request, problem, ceremony);
    if (choice) return choice;
  }
}

/** Returns undefined when the list has changed before the user picked. */
async function chooseFromCurrentList(
  request: AssertionRequest,
  problem: AutofillPrompt['problem'],
  ceremony: Ceremony,
): Promise<DiscoveredAccount | 'another-device' | undefined> {
  using shown = new LinkedAbort(ceremony.signal);
  const stopListening = ceremony.context.authenticators.onChange(() => shown[Symbol.dispose]());
  try {
    const found = await discoverAccounts(request, ceremony);
    const accounts = found.map(({ credentialId, name, displayName }) => ({ credentialId, name, displayName }));
    const prompt = { rpId: request.rpId, accounts, ...(problem && { problem }) };
    const answer = await ceremony.askUser(
      'Autofill',
      (user, signal) => user.chooseAutofillAccount(prompt, signal),
      shown.signal,
    );
    if (answer === 'another-device') return answer;
    const picked = found.find(({ credentialId }) => equal(credentialId, answer));
    if (picked) return picked;
    throw new CeremonyError(
      'NotAllowedError',
      `Cannot use the picked account: it is none of the ${found.length} offered`,
    );
  } catch (error) {
    if (shown.signal.aborted && !ceremony.signal.aborted) return undefined;
    throw error;
  } finally {
    stopListening();
  }
}

/** Asks every authenticator that can discover credentials silently: section 5.1.4.1, "becomes available". */
async function discoverAccounts(
  { rpId, credentialIdFilter }: AssertionRequest,
  ceremony: Ceremony,
): Promise<DiscoveredAccount[]> {
  const outcomes = await ceremony.waitFor(
    Promise.allSettled(
      ceremony.context.authenticators.list().map(async (available) => {
        const accounts = (await available.discoverCredentials?.(rpId)) ?? [];
        return accounts.map((account) => ({ ...account, available }));
      }),
    ),
  );
  const found = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  return found.filter(({ credentialId }) => isInFilter(credentialId, credentialIdFilter));
}

const isInFilter = (credentialId: Uint8Array, filter: readonly CredentialDescriptor[]): boolean =>
  filter.length === 0 || filter.some(({ id }) => equal(id, credentialId));
