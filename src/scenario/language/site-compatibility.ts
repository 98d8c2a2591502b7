/**
 * Decides whether a case can run on a site that Touchstone does not administer. A case that cannot is left out with the reason: it must
 * neither fail nor pass because of something that nothing has set up.
 */
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '#base/json.ts';
import type { ExpandedCase, StepCall } from './expanded-case.ts';
import type { ScenarioRelyingParty } from './schema/relying-party.ts';
import { isLoopback } from './schema/site-url.ts';
import type { SiteDefinition } from './site-definition.ts';
import type { SiteOutcome, SiteWord } from './site-words.ts';
import type { StepArgument } from './step-arguments.ts';

/** Returns why a case cannot run on its site; undefined if it can. */
export function findSiteBlockingReason(scenario: ExpandedCase): string | undefined {
  const { definition, url } = scenario.site;
  if (url === undefined) return undefined;
  const calls = [...scenario.setup, ...scenario.steps, ...scenario.teardown];
  return (
    findNativeBlockingReason(scenario, url) ??
    findSignInBlockingReason(scenario) ??
    findPolicyBlockingReason(scenario.relyingParty, definition) ??
    findUserBlockingReason(scenario.relyingParty, definition) ??
    firstOf(calls, (call) => findStepBlockingReason(call, definition)) ??
    findOutcomeBlockingReason(scenario, definition)
  );
}

/**
 * Returns what a case does that a user of the site would not do; undefined if it does nothing of the kind, or if the site runs on this
 * machine. The owner of the site has to permit it.
 */
export function findUnauthorizedAction({ site: { url }, authenticator, client }: ExpandedCase): string | undefined {
  if (url === undefined || isLoopback(new URL(url).hostname)) return undefined;
  const [defect] = authenticator.defects ?? [];
  if (defect !== undefined) return `the key has the defect ${typeof defect === 'string' ? defect : `at ${defect.at}`}`;
  return client.checks === 'none' ? 'the client passes malformed responses to the site' : undefined;
}

/** The dialogs of unmodified browsers are answered for localhost only. */
const findNativeBlockingReason = ({ browser }: ExpandedCase, url: string): string | undefined =>
  browser.stack === 'native' && !isLoopback(new URL(url).hostname)
    ? 'browser.stack: native works with sites on this machine only'
    : undefined;

/** The passkey of the user is in an authenticator that only our client can use. */
const findSignInBlockingReason = ({ browser: { stack = 'touchstone' }, site: { definition } }: ExpandedCase) =>
  definition.user['sign-in-with'] === 'passkey' && stack !== 'touchstone'
    ? `the user of the site signs in with a passkey that browser.stack: ${stack} does not have`
    : undefined;

/** A policy of the case must be equal to the policy in the site file. */
function findPolicyBlockingReason(
  { users: _, url: __, site: ___, ...policy }: ScenarioRelyingParty,
  { policy: known }: SiteDefinition,
): string | undefined {
  const missing = leaves(policy).find(([path, value]) => !isDeepStrictEqual(valueAt(known, path), value));
  return (
    missing &&
    `the case needs the policy ${missing[0].join('.')}: ${formatValue(missing[1])}, which Touchstone cannot set on this site`
  );
}

type Leaf = readonly [path: string[], value: unknown];

/** Returns the values of a policy that are not maps. */
function leaves(value: unknown, path: string[] = []): Leaf[] {
  if (!isObject(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : leaves(inner, [...path, key])));
}

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

const formatValue = (value: unknown): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));

/** A case cannot set properties of the site's users. Only whether they have an authenticator app is known. */
function findUserBlockingReason({ users }: ScenarioRelyingParty, site: SiteDefinition): string | undefined {
  const [user, ...others] = users ?? [];
  if (!user) return undefined;
  if (others.length > 0) return 'the case needs several users';
  const { methods, ...rest } = user;
  const [setting] = Object.entries(rest).find(([, value]) => value !== undefined) ?? [];
  if (setting !== undefined) return `the case needs a user with ${setting}, which Touchstone cannot set on this site`;
  if (methods?.length === 0 && hasTotp(site)) return 'the case needs a user without an authenticator app';
  return undefined;
}

const hasTotp = ({ user, before }: SiteDefinition): boolean =>
  user.totp !== undefined || (before?.provides.includes('totp') ?? false);

/** Returns why a step cannot run on a site; undefined if it can. */
export function findStepBlockingReason(call: StepCall, site: SiteDefinition): string | undefined {
  const { keyword, args } = call;
  if (keyword === 'issue-tap' || keyword === 'set-policy' || keyword === 'provision-user')
    return `Touchstone cannot administer this site (step ${keyword})`;
  if (keyword === 'let-time-pass') return 'Touchstone cannot advance the clock of this site (step let-time-pass)';
  const word = wordOf(keyword, args);
  if (word === undefined) return undefined;
  const calls = site.flow[word];
  if (!calls) return `the site file has no word ${word}`;
  const usesOwnCode = call.keyword === 'mfa' && call.args.code === undefined;
  if (usesOwnCode && word === 'mfa.tap' && calls.length > 0)
    return 'Touchstone cannot issue a Temporary Access Pass for this site';
  const needsTotp = usesOwnCode && word === 'mfa.totp' && JSON.stringify(calls).includes('${totp}');
  if (needsTotp && !hasTotp(site)) return 'the user of the site has no authenticator app';
  const as = typeof args === 'object' && args !== null && 'as' in args ? args.as : undefined;
  const isKnown = as === undefined || as === site.user.name || keyword === 'sign-in-with-passkey';
  return isKnown ? undefined : `the site file has no user ${as}`;
}

/** Returns the word of the site file that a step does; undefined for steps that do none. */
export function wordOf(keyword: StepCall['keyword'], args: unknown): SiteWord | undefined {
  switch (keyword) {
    case 'choose-method':
      return `choose-method.${args as 'passkey' | 'authenticator-app'}`;
    case 'mfa':
      return `mfa.${(args as StepArgument<'mfa'>).method}`;
    case 'open-security-info':
    case 'sign-in':
    case 'sign-out':
    case 'sign-in-with-passkey':
    case 'add-sign-in-method':
    case 'abort-page':
    case 'name':
    case 'done':
    case 'rename':
    case 'delete':
      return keyword;
    default:
      return undefined;
  }
}

function findOutcomeBlockingReason({ expect }: ExpandedCase, { outcomes }: SiteDefinition): string | undefined {
  const expected = expect.find(({ path }) => path === 'relying-party.outcome')?.expected;
  return expected === undefined || expected === 'none' || outcomes[expected as SiteOutcome]
    ? undefined
    : `the site file does not say what the outcome ${expected} looks like`;
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
