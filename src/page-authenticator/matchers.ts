/** Matchers for Playwright Test. They wait until the expectation is met, for at most the timeout of `expect`. */
import { expect as baseExpect, type Expect, type ExpectMatcherState, type MatcherReturnType } from '@playwright/test';
import type { QuestionKind } from '#scenario/parties/security-dialog.ts';
import type { ActivityLog } from './activity-log.ts';
import type { PasskeyDialog } from './passkey-dialog.ts';
import type { RegisteredPasskey } from './registered-passkey.ts';
import type { SecurityKey } from './security-key.ts';

interface WaitOptions {
  /** Milliseconds. Default: the timeout of `expect`. */
  timeout?: number;
}

interface Expectation {
  log: ActivityLog;
  isMet: () => boolean;
  /** What was expected, after `Expected`. */
  expected: string;
  /** What was found, in lines. */
  found: () => string[];
}

interface MatcherState {
  isNot: boolean;
  timeout: number;
}

/** The matchers of `expect`. Their failure messages list what the pages, the dialog and the key did. */
export interface PasskeyMatchers {
  /**
   * `expect(securityKey).toHaveRegisteredPasskey({ userVerified: true })`: a page has registered a passkey on the key that has all
   * properties of `expected`.
   */
  toHaveRegisteredPasskey(
    this: ExpectMatcherState,
    key: SecurityKey,
    expected?: Partial<RegisteredPasskey>,
    options?: WaitOptions,
  ): Promise<MatcherReturnType>;
  /** `expect(passkeyDialog).toHaveBeenAskedFor('pin')`: the security dialog has asked this kind of question. */
  toHaveBeenAskedFor(
    this: ExpectMatcherState,
    dialog: PasskeyDialog,
    kind: QuestionKind,
    options?: WaitOptions,
  ): Promise<MatcherReturnType>;
}

const matchers = {
  async toHaveRegisteredPasskey(key, expected = {}, options = {}) {
    const { log } = key;
    return await check(this, options, {
      log,
      isMet: () => key.registrations.some((passkey) => hasProperties(passkey, expected)),
      expected: `a passkey registered on the ${key.available.label}${describeProperties(expected)}`,
      found: () => [
        ...key.registrations.map((passkey) => `A registered passkey has${differences(passkey, expected)}`),
        ...log.describe(),
        ...pinAdvice(key),
      ],
    });
  },

  async toHaveBeenAskedFor(dialog, kind, options = {}) {
    return await check(this, options, {
      log: dialog.log,
      isMet: () => dialog.asked.some((question) => question.kind === kind),
      expected: `the security dialog to ask for: ${kind}`,
      found: () => [...dialog.describe(), ...dialog.log.describe()],
    });
  },
} satisfies PasskeyMatchers;

/**
 * Playwright's `expect` with the matchers `PasskeyMatchers`, which wait until the expectation is met, for at most the timeout of `expect`.
 * Combine it with matchers of your own with `mergeExpects`.
 */
export const expect: Expect<PasskeyMatchers> = baseExpect.extend(matchers);

async function check(
  { isNot, timeout: defaultMs }: MatcherState,
  { timeout = defaultMs }: WaitOptions,
  expectation: Expectation,
) {
  const { log, isMet, expected, found } = expectation;
  const signal = AbortSignal.timeout(timeout);
  // A negated expectation waits only for the ceremony that is running.
  const isUndecided = () => !isMet() && (!isNot || log.isRunning);
  while (isUndecided() && !signal.aborted) await log.nextChange(signal).catch(() => undefined);
  const waited = isNot ? '' : ` within ${timeout} ms`;
  const message = () => [`Expected ${isNot ? 'not ' : ''}${expected}${waited}`, ...found()].join('\n  ');
  return { pass: isMet(), message };
}

const hasProperties = (passkey: RegisteredPasskey, expected: Partial<RegisteredPasskey>): boolean =>
  differences(passkey, expected) === '';

/** Returns the properties that differ, e.g. ` fmt "none" instead of "packed"`; empty if there are none. */
const differences = (passkey: RegisteredPasskey, expected: Partial<RegisteredPasskey>): string =>
  (Object.keys(expected) as (keyof RegisteredPasskey)[])
    .filter((name) => expected[name] !== undefined)
    .filter((name) => JSON.stringify(passkey[name]) !== JSON.stringify(expected[name]))
    .map((name) => ` ${name} ${JSON.stringify(passkey[name])} instead of ${JSON.stringify(expected[name])}`)
    .join(',');

const describeProperties = (expected: Partial<RegisteredPasskey>): string =>
  Object.keys(expected).length === 0 ? '' : ` with ${JSON.stringify(expected)}`;

function pinAdvice(key: SecurityKey): string[] {
  const { pin } = key.inspect();
  if (pin === 'blocked') return ['The PIN of the key is blocked. Use a key with another state, or another PIN'];
  if (pin === 'set' && key.pin === undefined)
    return [
      "The key has a PIN, but the test has none to type. Set it with test.use({ securityKeyOptions: { pin: '...' } })",
    ];
  return [];
}
