/** A realistic run for tests and for looking at reports: about 45 cases of every verdict, reproducible from a seed. */
import { createHash } from 'node:crypto';
import { concat, fromHex, toHex, utf8 } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { codeFrame } from '#result/code-frame.ts';
import type { CaseResult, Expectation, Failure, RunResult, StepResult, Verdict } from '#result/run-result.ts';
import { ceremonyMs } from '#result/statistics.ts';
import type { Span } from '#result/timeline.ts';
import type { PartyEvent, WireExchange } from '#result/transcript.ts';
import { assembleRun } from '../run.ts';

type Random = () => number;

/** Mulberry32: enough for plausible timings, the same on every machine. */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const personas = ['yubikey-5-nfc', 'yubikey-bio', 'solokey-2', 'titan-v2', 'platform-uv'];
const policies = ['attestation-enforced', 'attestation-requested', 'self-service'];
const browsers = ['chromium', 'firefox'];
const subjects: [file: string, id: string, title: string, tags: string[]][] = [
  [
    'security-key',
    'security-key.new-pin',
    'A new security key is registered after a Temporary Access Pass; its PIN is created on the way',
    ['smoke', 'release-gate'],
  ],
  ['security-key', 'security-key.existing-pin', 'A security key with a PIN is registered with one prompt', ['smoke']],
  ['security-key', 'security-key.wrong-pin-then-right', 'A wrong PIN costs one retry, the right one goes on', ['pin']],
  [
    'refusals',
    'refused.aaguid-not-allowed',
    'A model that the policy does not list is refused in words',
    ['negative', 'release-gate'],
  ],
  [
    'refusals',
    'refused.no-attestation',
    'A key without attestation is refused where attestation is enforced',
    ['negative'],
  ],
  ['accidents', 'accident.cable-pulled', 'The cable is pulled while the key waits for a touch', ['accident']],
  ['accidents', 'accident.never-touched', 'Nobody touches the key until the ceremony times out', ['accident', 'slow']],
  ['mfa', 'mfa.stale', 'A sign-in older than five minutes has to be repeated', ['mfa']],
  [
    'naming',
    'naming.left-without-a-name',
    'Leaving before the name is given leaves an orphan that the list shows',
    ['portal'],
  ],
];

const source = (id: string, title: string): string =>
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

/** A run of `subjects x parties` cases; `size` cuts or repeats the list. */
export function fixtureRun({ size = 46, seed = 7 }: { size?: number; seed?: number } = {}): RunResult {
  const random = seeded(seed);
  const coordinates = subjects.flatMap((subject) => personas.map((persona, index) => ({ subject, persona, index })));
  const cases = Array.from({ length: size }, (_, index) => {
    const { subject, persona } = coordinates[index % coordinates.length]!;
    const parties = { persona, browser: browsers[index % 2]!, policy: policies[index % 3]! };
    return fixtureCase(subject, parties, verdictAt(index), random, Math.floor(index / coordinates.length));
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
  return assembleRun({ run, cases, errors: [], interrupted: false }, (text) => text);
}

const verdictAt = (index: number): Verdict => {
  const special: Record<number, Verdict> = {
    4: 'flaky',
    11: 'failed',
    17: 'failed',
    23: 'errored',
    31: 'flaky',
    38: 'skipped',
    44: 'skipped',
  };
  return special[index % 46] ?? 'passed';
};

function fixtureCase(
  [file, id, title, tags]: (typeof subjects)[number],
  parties: Record<string, string>,
  verdict: Verdict,
  random: Random,
  repeat: number,
): CaseResult {
  const location = { file: `scenarios/${file}.yaml`, line: 2, column: 5 };
  const ran = verdict !== 'skipped' && verdict !== 'errored';
  const spans = ran ? fixtureSpans(random) : [];
  const { totalMs, gestureMs, machineMs } = ceremonyMs(spans);
  const failures = fixtureFailures(verdict, location.file, id, title);
  return {
    id: `${id}/${parties.persona}/${parties.browser}${repeat > 0 ? `/${repeat}` : ''}`,
    title,
    tags,
    location,
    parties,
    verdict,
    spans,
    steps: verdict === 'skipped' ? [] : fixtureSteps(location.file, failures, verdict, totalMs),
    expectations: ran ? fixtureExpectations(location.file, verdict) : [],
    wire: ran ? fixtureWire(spans, random) : [],
    events: ran ? fixtureEvents(spans, verdict) : [],
    durationMs: verdict === 'skipped' ? 0 : totalMs + 200 + random() * 300,
    gestureMs,
    machineMs,
    attempts: verdict === 'flaky' ? 2 : verdict === 'skipped' ? 0 : 1,
    failures,
    attachments:
      verdict === 'failed'
        ? [{ name: 'screenshot', contentType: 'image/png', path: `attachments/${id}/01-screenshot.png` }]
        : [],
    ...(verdict === 'skipped' && { notes: ['This persona has no built-in user verification.'] }),
  };
}

/** The phases of one registration with a PIN and one touch, nested as they are in a real one. */
function fixtureSpans(random: Random): Span[] {
  const around = (ms: number) => ms * Math.exp(0.25 * (random() + random() + random() - 1.5));
  const touch = around(300);
  const options = around(12);
  const [info, keyAgreement, token] = [around(1.5), around(4), around(9)];
  const dialog = around(180);
  const make = around(6) + touch;
  const verify = around(7);
  const spans: Span[] = [];
  let at = around(40);
  const add = (phase: Span['phase'], label: string, durationMs: number, startMs = at) =>
    spans.push({ phase, label, startMs, durationMs });
  add('page', 'Add sign-in method', at, 0);
  add('rp-options', 'POST /passkey/options', options);
  at += options + 1;
  const clientStart = at;
  at += 1.2;
  add('user-dialog', 'Save to: security key', dialog);
  at += dialog + 0.4;
  add('get-info', 'getInfo', info);
  at += info + 0.3;
  add('pin', 'getKeyAgreement', keyAgreement);
  at += keyAgreement + 0.2;
  add('user-dialog', 'Enter PIN', dialog / 2);
  at += dialog / 2;
  add('pin', 'getPinUvAuthTokenUsingPinWithPermissions', token);
  at += token + 0.5;
  add('make-credential', 'makeCredential', make);
  add('user-presence', 'Touch', touch, at + 2);
  at += make + 1;
  add('client', 'navigator.credentials.create()', at - clientStart, clientStart);
  add('rp-verify', 'Verify attestation', verify, at + 3);
  add('rp-store', 'Store passkey', around(2), at + 3 + verify);
  add('page', 'Name the passkey', around(55), at + 8 + verify);
  return spans.toSorted((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
}

function fixtureSteps(file: string, failures: readonly Failure[], verdict: Verdict, totalMs: number): StepResult[] {
  const brokenAt =
    verdict === 'errored' ? 0 : verdict === 'failed' && failures[0]?.location?.line === 16 ? 6 : stepTitles.length;
  const each = (totalMs || 900) / stepTitles.length;
  return stepTitles.map((title, index) => ({
    title,
    verdict: index < brokenAt ? 'passed' : index === brokenAt ? 'failed' : 'skipped',
    startMs: index * each,
    durationMs: index <= brokenAt ? each : 0,
    location: { file, line: 10 + index, column: 5 },
  }));
}

function fixtureExpectations(file: string, verdict: Verdict): Expectation[] {
  const at = (line: number, column: number) => ({ file, line, column });
  const wrong = verdict === 'failed';
  return [
    { path: 'relying-party.passkey.name', expected: 'Desk key', actual: 'Desk key', ok: true, location: at(23, 16) },
    {
      path: 'relying-party.passkey.fmt',
      expected: 'packed',
      actual: wrong ? 'none' : 'packed',
      ok: !wrong,
      location: at(23, 32),
    },
    { path: 'relying-party.passkey.uv', expected: true, actual: true, ok: true, location: at(23, 45) },
    { path: 'authenticator.pin-retries', expected: '>= 7', actual: 8, ok: true, location: at(24, 30) },
    {
      path: 'wire.order',
      expected: ['getInfo', 'clientPIN', 'makeCredential'],
      actual: ['getInfo', 'clientPIN', 'makeCredential'],
      ok: true,
      location: at(24, 3),
    },
  ];
}

function fixtureFailures(verdict: Verdict, file: string, id: string, title: string): Failure[] {
  const yaml = source(id, title);
  const failure = (message: string, line: number, column: number, attempt = 1): Failure => ({
    attempt,
    message,
    location: { file, line, column },
    codeFrame: codeFrame(yaml, { line, column })!,
    stack: `    at ${file}:${line}:${column}`,
  });
  if (verdict === 'failed') {
    return id.startsWith('accident')
      ? [
          failure(
            'touch: the key was not asked for a touch within 15 s\n\nexpected keepalive: upneeded\nfound: CTAP2_ERR_PIN_AUTH_BLOCKED',
            16,
            5,
          ),
        ]
      : [failure('relying-party.passkey.fmt: expected "packed", found "none"', 23, 32)];
  }
  if (verdict === 'errored')
    return [failure('InfrastructureError: no browser: /usr/bin/firefox cannot be started (exit code 127)', 10, 5)];
  if (verdict === 'flaky')
    return [failure('done: the list of sign-in methods did not show "Desk key" within 5 s', 19, 5)];
  return [];
}

const text = (hex: string): Uint8Array => fromHex(hex);
const digest = (of: string): Uint8Array => new Uint8Array(createHash('sha256').update(of).digest());

function fixtureWire(spans: readonly Span[], random: Random): WireExchange[] {
  const cose: CborMap = new Map<number, CborValue>([
    [1, 2],
    [3, -25],
    [-1, 1],
    [-2, digest('x')],
    [-3, digest('y')],
  ]);
  const credentialId = digest(`credential ${random()}`);
  const aaguid = text('2fc0579f811347eab116bb5a8db9202a');
  const authData = concat(
    digest('contoso.test'),
    text('c500000001'),
    aaguid,
    text('0020'),
    credentialId,
    encode(
      new Map<number, CborValue>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, digest('x')],
        [-3, digest('y')],
      ]),
    ),
    encode(new Map([['credProtect', 2]])),
  );
  const answers: Record<string, [request: Uint8Array, response: Uint8Array]> = {
    getInfo: [
      text('04'),
      encode(
        new Map<number, CborValue>([
          [1, ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1']],
          [2, ['credProtect', 'hmac-secret']],
          [3, aaguid],
          [
            4,
            new Map([
              ['rk', true],
              ['clientPin', true],
              ['pinUvAuthToken', true],
            ]),
          ],
          [5, 1200],
          [6, [2, 1]],
        ]),
      ),
    ],
    getKeyAgreement: [
      concat(
        text('06'),
        encode(
          new Map<number, CborValue>([
            [1, 2],
            [2, 2],
          ]),
        ),
      ),
      encode(new Map([[1, cose]])),
    ],
    getPinUvAuthTokenUsingPinWithPermissions: [
      concat(
        text('06'),
        encode(
          new Map<number, CborValue>([
            [1, 2],
            [2, 9],
            [3, cose],
            [6, digest('pin')],
            [9, 1],
            [10, 'contoso.test'],
          ]),
        ),
      ),
      encode(new Map([[2, concat(digest('token'), digest('token2').slice(0, 16))]])),
    ],
    makeCredential: [
      concat(
        text('01'),
        encode(
          new Map<number, CborValue>([
            [1, digest('clientDataJSON')],
            [
              2,
              new Map([
                ['id', 'contoso.test'],
                ['name', 'Contoso'],
              ]),
            ],
            [
              3,
              new Map<string, CborValue>([
                ['id', utf8('user-1')],
                ['name', 'qa@contoso.test'],
                ['displayName', 'QA'],
              ]),
            ],
            [
              4,
              [
                new Map<string, CborValue>([
                  ['alg', -7],
                  ['type', 'public-key'],
                ]),
              ],
            ],
            [6, new Map([['credProtect', 2]])],
            [7, new Map([['rk', true]])],
            [8, digest('param')],
            [9, 2],
          ]),
        ),
      ),
      encode(
        new Map<number, CborValue>([
          [1, 'packed'],
          [2, authData],
          [
            3,
            new Map<string, CborValue>([
              ['alg', -7],
              ['sig', concat(digest('r'), digest('s'))],
              ['x5c', [concat(digest('a'), digest('b'), digest('c'), digest('d'))]],
            ]),
          ],
        ]),
      ),
    ],
  };
  const asked = spans.filter(({ phase }) => phase === 'get-info' || phase === 'pin' || phase === 'make-credential');
  return asked.map(({ phase, label, startMs, durationMs }) => {
    const [request, response] = answers[label]!;
    return {
      atMs: startMs,
      durationMs,
      command:
        phase === 'pin'
          ? 'authenticatorClientPIN'
          : phase === 'get-info'
            ? 'authenticatorGetInfo'
            : 'authenticatorMakeCredential',
      ...(phase === 'pin' && { subCommand: label }),
      request: toHex(request),
      response: `00${toHex(response)}`,
      status: 'CTAP2_OK',
      keepalives: phase === 'make-credential' ? ['processing', 'upneeded', 'upneeded', 'upneeded'] : [],
    };
  });
}

function fixtureEvents(spans: readonly Span[], verdict: Verdict): PartyEvent[] {
  const end = (phase: Span['phase']) => {
    const last = spans.findLast((span) => span.phase === phase)!;
    return last.startMs + last.durationMs;
  };
  return [
    { atMs: end('rp-options') - 8, party: 'relying-party', event: 'mfa.tap.ok', detail: { user: 'qa@contoso.test' } },
    {
      atMs: end('rp-options'),
      party: 'relying-party',
      event: 'registration.options',
      detail: { attestation: 'direct', timeoutMs: 60_000 },
    },
    { atMs: end('user-presence'), party: 'user', event: 'touch' },
    {
      atMs: end('make-credential'),
      party: 'authenticator',
      event: 'credential.created',
      detail: { discoverable: true },
    },
    verdict === 'failed'
      ? {
          atMs: end('rp-verify'),
          party: 'relying-party',
          event: 'registration.refused',
          detail: { reason: 'attestation-required' },
        }
      : {
          atMs: end('rp-store'),
          party: 'relying-party',
          event: 'passkey.registered',
          detail: { fmt: 'packed', uv: true },
        },
  ];
}
