/** Playwright Test as the engine: registers one test per case and lends each a page, our WebAuthn bridge and the report's attachments. */
import type { TestDetails, TestInfo } from '@playwright/test';
import { type Random, systemRandom } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import type { NativeBrowserSession } from '#browser/native/native-browser-session.ts';
import type { NativeChannel } from '#browser/native/native-browsers.ts';
import { test } from '#browser/playwright-fixtures.ts';
import { PromptOverlay } from '#browser/prompt-overlay.ts';
import { type CaseIdentity, caseRecordAttachment, secretsAttachment } from '#result/run-result.ts';
import type { ExpandedCase, StepCall } from '../language/expanded-case.ts';
import { isRealKey, keyTag } from '../language/schema/authenticator.ts';
import { nativeClient } from '../parties/client/native-client.ts';
import { ownClient } from '../parties/client/own-client.ts';
import type { ProvideAuthenticators } from '../parties/key-under-test.ts';
import { NobodyActed, type Operator } from '../parties/operator.ts';
import type { PromptDisplay } from '../parties/operator-prompt.ts';
import { runCase } from './run-case.ts';
import type { Stage } from './set-up-case.ts';

export interface HostOptions {
  cases: readonly ExpandedCase[];
  provide: ProvideAuthenticators;
  /** Whose hands are at real keys. `page` is there when people watch the browser. */
  operator(page: PromptDisplay | undefined): Operator;
  /** Why cases are left out, by their ids. */
  left?: Readonly<Record<string, string>>;
  /** Makes keys, challenges and ids reproducible; each case draws from a stream of its own. */
  seed?: string;
}

/** The case ends itself in time and leaves its record; the engine's own limit is for what hangs beyond that. */
const graceMs = 20_000;

export function registerScenarios(options: HostOptions): void {
  for (const scenario of options.cases) {
    const title = `${scenario.id} › ${scenario.title}`;
    const details = { tag: tagsOf(scenario), annotation: [identityAnnotation(scenario)] };
    const reason = options.left?.[scenario.id];
    if (reason !== undefined) test.skip(title, withReason(details, reason), () => undefined);
    else if (scenario.browser.stack === 'native')
      testIn[scenario.browser.channel ?? 'chromium'](title, details, (seat, info) =>
        play(scenario, options, info, {
          page: seat.page,
          client: nativeClient(seat),
          operator: options.operator(undefined),
        }),
      );
    else
      test(title, details, ({ page, webauthn, headless }, info) =>
        play(scenario, options, info, {
          page,
          client: ownClient(webauthn, { headed: !headless }),
          operator: options.operator(headless ? undefined : new PromptOverlay(page.context())),
        }),
      );
  }
}

type NativeTest = (
  title: string,
  details: TestDetails,
  body: (seat: NativeBrowserSession, info: TestInfo) => Promise<void>,
) => void;

/** A browser is started for a test that names its seat. */
const testIn: Record<NativeChannel, NativeTest> = {
  chromium: (title, details, body) => test(title, details, ({ nativeChromium }, info) => body(nativeChromium, info)),
  firefox: (title, details, body) => test(title, details, ({ nativeFirefox }, info) => body(nativeFirefox, info)),
};

async function play(
  scenario: ExpandedCase,
  { provide, seed }: HostOptions,
  info: TestInfo,
  surroundings: Pick<Stage, 'page' | 'client' | 'operator'>,
): Promise<void> {
  info.setTimeout(scenario.timeoutMs + graceMs);
  const attach = (name: string, contentType: string, body: Buffer) => info.attach(name, { contentType, body });
  const { record, error, secrets } = await runCase(scenario, {
    ...surroundings,
    random: randomOf(scenario, seed),
    provide,
    show: (call, body) => test.step(labelOf(call), body, { location: absolute(call) }),
    extend: (ms) => info.setTimeout(info.timeout + ms),
    attach,
  }).catch((unset: unknown) => skipOrThrow(unset, info));
  await attach(secretsAttachment, 'application/json', Buffer.from(JSON.stringify(secrets)));
  await attach(caseRecordAttachment, 'application/json', Buffer.from(JSON.stringify(record)));
  if (error !== undefined) skipOrThrow(error, info);
}

/** A case for which hands were missing says nothing, and trying it again would ask again. */
function skipOrThrow(error: unknown, info: TestInfo): never {
  if (error instanceof NobodyActed) info.skip(true, error.message);
  throw error;
}

/** Each device has a tag, by which the engine gives it a project of its own: a key is used by one case at a time. */
const tagsOf = ({ tags, authenticator }: ExpandedCase): string[] => [
  ...tags.map((name) => `@${name}`),
  ...(isRealKey(authenticator.device) ? [keyTag(authenticator.device)] : []),
];

const withReason = <Details extends { annotation: { type: string; description: string }[] }>(
  details: Details,
  reason: string,
): Details => ({ ...details, annotation: [...details.annotation, { type: 'skip', description: reason }] });

function identityAnnotation({ id, title, tags, location, coordinates }: ExpandedCase) {
  const identity: CaseIdentity = { id, title, tags, location, parties: coordinates };
  return { type: caseRecordAttachment, description: JSON.stringify(identity) };
}

/** With a seed that is in the report the PIN of a real key could be had from the wire: it gets real randomness. */
const randomOf = ({ id, authenticator }: ExpandedCase, seed: string | undefined): Random =>
  seed === undefined || isRealKey(authenticator.device) ? systemRandom : seededRandom(`${seed} ${id}`);

/** No arguments: they may hold a PIN, and the engine's own reports do not mask. */
const labelOf = ({ label }: StepCall): string => label;

const absolute = ({ location: { file, line, column } }: StepCall) => ({
  file: new URL(file, projectRoot).pathname,
  line,
  column,
});
const projectRoot = new URL('../../../', import.meta.url);
