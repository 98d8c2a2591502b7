/** A realistic run for tests and for looking at reports: about 45 cases of every verdict, reproducible from a seed. */
import { codeFrame } from '#result/code-frame.ts';
import { createMask } from '#result/mask.ts';
import type { CaseResult, Expectation, Failure, RunResult, StepResult, Verdict } from '#result/run-result.ts';
import { createSeededNumbers, type NextNumber } from '#result/seeded-numbers.ts';
import { ceremonyMs } from '#result/statistics.ts';
import { assembleResult } from '../assemble-result.ts';
import { sampleEvents, sampleSpans } from './sample-ceremony.ts';
import { sampleWire } from './sample-wire.ts';

const personas = ['yubikey-5-nfc', 'yubikey-bio', 'solokey-2', 'titan-v2', 'platform-uv'];
const policies = ['attestation-enforced', 'attestation-requested', 'self-service'];
const browsers = ['chromium', 'firefox'];

interface Scenario {
  file: string;
  id: string;
  title: string;
  tags: string[];
}

const scenarios: readonly Scenario[] = [
  {
    file: 'security-key',
    id: 'security-key.new-pin',
    title: 'A new security key is registered after a Temporary Access Pass; its PIN is created on the way',
    tags: ['smoke', 'release-gate'],
  },
  {
    file: 'security-key',
    id: 'security-key.existing-pin',
    title: 'A security key with a PIN is registered with one prompt',
    tags: ['smoke'],
  },
  {
    file: 'security-key',
    id: 'security-key.wrong-pin-then-right',
    title: 'A wrong PIN costs one retry, the right one is accepted',
    tags: ['pin'],
  },
  {
    file: 'refusals',
    id: 'refused.aaguid-not-allowed',
    title: 'A model that the policy does not list is refused with a message',
    tags: ['negative', 'release-gate'],
  },
  {
    file: 'refusals',
    id: 'refused.no-attestation',
    title: 'A key without attestation is refused where attestation is enforced',
    tags: ['negative'],
  },
  {
    file: 'accidents',
    id: 'accident.cable-pulled',
    title: 'The cable is pulled while the key waits for a touch',
    tags: ['accident'],
  },
  {
    file: 'accidents',
    id: 'accident.never-touched',
    title: 'The key is not touched until the ceremony times out',
    tags: ['accident', 'slow'],
  },
  { file: 'mfa', id: 'mfa.stale', title: 'A sign-in older than five minutes has to be repeated', tags: ['mfa'] },
  {
    file: 'naming',
    id: 'naming.left-without-a-name',
    title: 'Leaving before the passkey is named leaves an unnamed passkey in the list',
    tags: ['portal'],
  },
];

const stepTitles = [
  'open-security-info',
  'add-sign-in-method',
  'choose-method: passkey',
  'mfa: tap',
  'save-to: security-key',
  'create-pin: •••',
  'touch: { after: 300ms }',
  'review: ok',
  'name: Desk key',
  'done',
];

const sourceOf = ({ id, title }: Scenario): string =>
  [
    '# yaml-language-server: $schema=../src/scenario/scenario.schema.json',
    `id: ${id}`,
    `title: ${title}`,
    'tags: [smoke, release-gate]',
    '',
    'relying-party:',
    '  attestation: enforced',
    '',
    'steps:',
    '  - open-security-info: { as: qa@contoso.test }',
    '  - add-sign-in-method',
    '  - choose-method: passkey',
    '  - mfa: tap',
    '  - save-to: security-key',
    '  - create-pin: "•••"',
    '  - touch: { after: 300ms }',
    '  - review: ok',
    '  - name: Desk key',
    '  - done',
    '',
    'expect:',
    '  relying-party:',
    '    passkey: { name: Desk key, fmt: packed, uv: true }',
    '  authenticator: { pin: set, pin-retries: 8 }',
  ].join('\n');

/** Returns a run of scenarios x personas; `size` cuts or repeats the list. */
export function sampleRun({ size = 46, seed = 7 }: { size?: number; seed?: number } = {}): RunResult {
  const next = createSeededNumbers(seed);
  const combinations = scenarios.flatMap((scenario) => personas.map((persona) => ({ scenario, persona })));
  const rounds = Array.from({ length: Math.ceil(size / combinations.length) }, (_, repeat) =>
    combinations.map((combination) => ({ ...combination, repeat })),
  );
  const cases = rounds
    .flat()
    .slice(0, size)
    .map(({ scenario, persona, repeat }, index) => {
      const parties = { persona, browser: pick(browsers, index), policy: pick(policies, index) };
      const suffix = repeat > 0 ? `/${repeat}` : '';
      const id = `${scenario.id}/${persona}/${parties.browser}${suffix}`;
      return toCase(scenario, { id, parties, verdict: verdictAt(index) }, next);
    });
  const run = {
    id: '2026-03-14T09-26-53',
    startedAt: '2026-03-14T09:26:53.589Z',
    durationMs: 48_213,
    command: 'run --tag release-gate',
    seed: 'a1b2c3',
    touchstone: '0.1.0',
    node: 'v20.20.2',
    platform: 'linux x64',
    folder: 'reports/2026-03-14T09-26-53',
  };
  return assembleResult({ run, cases, errors: [], interrupted: false }, createMask({ secrets: [] }));
}

/** Returns the first case of the sample run with this verdict. */
export function sampleCase(verdict: Verdict = 'passed'): CaseResult {
  const found = sampleRun().cases.find((each) => each.verdict === verdict);
  if (!found) throw new Error(`The sample run has no case with the verdict ${verdict}`);
  return found;
}

const pick = (values: readonly string[], index: number): string => values[index % values.length] ?? '';

const notPassed: Readonly<Record<number, Verdict>> = {
  4: 'flaky',
  11: 'failed',
  17: 'failed',
  23: 'errored',
  31: 'flaky',
  38: 'skipped',
  44: 'skipped',
};
const verdictAt = (index: number): Verdict => notPassed[index % 46] ?? 'passed';

function toCase(
  scenario: Scenario,
  { id, parties, verdict }: Pick<CaseResult, 'id' | 'parties' | 'verdict'>,
  next: NextNumber,
): CaseResult {
  const location = { file: `scenarios/${scenario.file}.yaml`, line: 2, column: 5 };
  const ran = verdict !== 'skipped' && verdict !== 'errored';
  const spans = ran ? sampleSpans(next) : [];
  const { totalMs, gestureMs, machineMs } = ceremonyMs(spans);
  const failures = toFailures(scenario, location.file, verdict);
  const screenshot = { name: 'screenshot', contentType: 'image/png', path: `attachments/${id}/01-screenshot.png` };
  return {
    id,
    title: scenario.title,
    tags: scenario.tags,
    location,
    parties,
    verdict,
    spans,
    steps: verdict === 'skipped' ? [] : toSteps(location.file, { failures, verdict, totalMs }),
    expectations: ran ? toExpectations(location.file, verdict) : [],
    wire: ran ? sampleWire(spans, parties.persona ?? '', next) : [],
    events: ran ? sampleEvents(spans, verdict) : [],
    durationMs: verdict === 'skipped' ? 0 : totalMs + 200 + next() * 300,
    gestureMs,
    machineMs,
    attempts: verdict === 'flaky' ? 2 : verdict === 'skipped' ? 0 : 1,
    failures,
    attachments: verdict === 'failed' ? [screenshot] : [],
    ...(verdict === 'skipped' && { notes: ['This persona has no built-in user verification.'] }),
  };
}

function toSteps(
  file: string,
  { failures, verdict, totalMs }: { failures: readonly Failure[]; verdict: Verdict; totalMs: number },
): StepResult[] {
  const failsAtTouch = verdict === 'failed' && failures[0]?.location?.line === 16;
  const failedStep = verdict === 'errored' ? 0 : failsAtTouch ? 6 : stepTitles.length;
  const stepMs = (totalMs || 900) / stepTitles.length;
  return stepTitles.map((title, index) => ({
    title,
    verdict: index < failedStep ? 'passed' : index === failedStep ? 'failed' : 'skipped',
    startMs: index * stepMs,
    durationMs: index <= failedStep ? stepMs : 0,
    location: { file, line: 10 + index, column: 5 },
  }));
}

function toExpectations(file: string, verdict: Verdict): Expectation[] {
  const at = (line: number, column: number) => ({ file, line, column });
  const ok = verdict !== 'failed';
  const order = ['getInfo', 'clientPIN', 'makeCredential'];
  return [
    { path: 'relying-party.passkey.name', expected: 'Desk key', actual: 'Desk key', ok: true, location: at(23, 16) },
    {
      path: 'relying-party.passkey.fmt',
      expected: 'packed',
      actual: ok ? 'packed' : 'none',
      ok,
      location: at(23, 32),
    },
    { path: 'relying-party.passkey.uv', expected: true, actual: true, ok: true, location: at(23, 45) },
    { path: 'authenticator.pin-retries', expected: '>= 7', actual: 8, ok: true, location: at(24, 30) },
    { path: 'wire.order', expected: order, actual: order, ok: true, location: at(24, 3) },
  ];
}

function toFailures(scenario: Scenario, file: string, verdict: Verdict): Failure[] {
  const failure = (message: string, line: number, column: number): Failure => {
    const frame = codeFrame(sourceOf(scenario), { line, column });
    return {
      attempt: 1,
      message,
      location: { file, line, column },
      ...(frame && { codeFrame: frame }),
      stack: `    at ${file}:${line}:${column}`,
    };
  };
  if (verdict === 'failed' && scenario.file === 'accidents') {
    const details = 'expected keepalive: upneeded\nfound: CTAP2_ERR_PIN_AUTH_BLOCKED';
    return [failure(`touch: the key did not ask for a touch within 15 s\n\n${details}`, 16, 5)];
  }
  if (verdict === 'failed') return [failure('relying-party.passkey.fmt: expected "packed", found "none"', 23, 32)];
  if (verdict === 'errored')
    return [failure('InfrastructureError: no browser: /usr/bin/firefox cannot be started (exit code 127)', 10, 5)];
  if (verdict === 'flaky')
    return [failure('done: the list of sign-in methods did not show "Desk key" within 5 s', 19, 5)];
  return [];
}
