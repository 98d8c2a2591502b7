/** Playwright Test as the engine: registers one test per case and lends each a page, our WebAuthn bridge and the report's attachments. */
import type { TestInfo } from '@playwright/test';
import { test } from '#browser/fixtures.ts';
import { type Random, systemRandom } from '#protocol/seams.ts';
import { seededRandom } from '#protocol/seeded-random.ts';
import { type CaseIdentity, caseRecordAttachment, secretsAttachment } from '#result/run-result.ts';
import { nativeClient } from './client/native-client.ts';
import { ownClient } from './client/own-client.ts';
import type { ExpandedCase, StepCall } from './expanded-case.ts';
import type { ProvideAuthenticators } from './key-under-test.ts';
import { runCase } from './run-case.ts';
import type { Stage } from './scene.ts';

export interface HostOptions {
  cases: readonly ExpandedCase[];
  provide: ProvideAuthenticators;
  /** Makes keys, challenges and ids reproducible; each case draws from a stream of its own. */
  seed?: string;
}

/** The case ends itself in time and leaves its record; the engine's own limit is for what hangs beyond that. */
const graceMs = 20_000;

export function registerScenarios(options: HostOptions): void {
  for (const scenario of options.cases) {
    const title = `${scenario.id} › ${scenario.title}`;
    const details = { tag: scenario.tags.map((name) => `@${name}`), annotation: identityAnnotation(scenario) };
    if (scenario.browser.stack === 'native')
      test(title, details, ({ native }, info) =>
        play(scenario, options, info, { page: native.page, client: nativeClient(native) }),
      );
    else
      test(title, details, ({ page, webauthn, headless }, info) =>
        play(scenario, options, info, { page, client: ownClient(webauthn, { headed: !headless }) }),
      );
  }
}

async function play(
  scenario: ExpandedCase,
  { provide, seed }: HostOptions,
  info: TestInfo,
  browser: Pick<Stage, 'page' | 'client'>,
): Promise<void> {
  info.setTimeout(scenario.timeoutMs + graceMs);
  const attach = (name: string, contentType: string, body: Buffer) => info.attach(name, { contentType, body });
  const { record, error, secrets } = await runCase(scenario, {
    ...browser,
    random: randomOf(scenario, seed),
    provide,
    show: (call, body) => test.step(labelOf(call), body, { location: absolute(call) }),
    attach,
  });
  await attach(secretsAttachment, 'application/json', Buffer.from(JSON.stringify(secrets)));
  await attach(caseRecordAttachment, 'application/json', Buffer.from(JSON.stringify(record)));
  if (error !== undefined) throw error;
}

function identityAnnotation({ id, title, tags, location, coordinates }: ExpandedCase) {
  const identity: CaseIdentity = { id, title, tags, location, parties: coordinates };
  return { type: caseRecordAttachment, description: JSON.stringify(identity) };
}

const randomOf = ({ id }: ExpandedCase, seed: string | undefined): Random =>
  seed === undefined ? systemRandom : seededRandom(`${seed} ${id}`);

/** No arguments: they may hold a PIN, and the engine's own reports do not mask. */
const labelOf = ({ label }: StepCall): string => label;

const absolute = ({ location: { file, line, column } }: StepCall) => ({
  file: new URL(file, projectRoot).pathname,
  line,
  column,
});
const projectRoot = new URL('../../', import.meta.url);
