import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Diagnostic, renderDiagnostics } from './diagnostics.ts';
import type { ExpandedCase } from './expanded-case.ts';
import { type LoadOptions, loadScenarios } from './load.ts';

const options: LoadOptions = {
  projectRoot: fileURLToPath(new URL('./testing', import.meta.url)),
  personas: {
    'yubikey-5-nfc': { aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a' },
    'yubikey-bio': { aaguid: 'd8522d9f-575b-4866-88a9-ba99fa02f35b' },
  },
  env: { KEY_PIN: '864209' },
};
const load = (path: string, more: Partial<LoadOptions> = {}) => loadScenarios([path], { ...options, ...more });
const line = ({ line, column, endColumn, message, hint = '' }: Diagnostic) =>
  `${line}:${column}-${endColumn} ${message}${hint && ` | ${hint.length > 90 ? `${hint.slice(0, 90)}...` : hint}`}`;

describe('a broken file', () => {
  test('is told everything that is wrong, at once and in order', () => {
    const { cases, diagnostics } = load('broken.yaml');
    expect(cases).toEqual([]);
    expect(diagnostics.map(line)).toMatchInlineSnapshot(`
      [
        "1:5-16 an id is lower-case words joined by dashes and dots, e.g. security-key.new-pin",
        "3:15-26 a tag is lower-case words joined by dashes",
        "4:18-20 a duration needs a unit: 300ms, 2s, 5m or 1h",
        "5:28-42 "\${vars.loop}" refers to itself | vars.loop -> vars.loop",
        "8:16-23 unknown value "enforce" | did you mean "enforced"? allowed here: enforced, requested, ignored",
        "9:34-42 not an AAGUID; write it like 2fc0579f-8113-47ea-b116-bb5a8db9202a",
        "11:12-25 unknown persona "yubikey-5-nfs" | did you mean "yubikey-5-nfc"? allowed here: yubikey-5-nfc, yubikey-bio",
        "12:15-19 a PIN is text; put it in quotes, e.g. "1234"",
        "12:30-31 expected at most 8",
        "13:12-18 unknown key "chanel" | did you mean "channel"? allowed here: stack, channel, dialog",
        "17:5-18 step "choose-method" needs an argument, e.g. choose-method: passkey",
        "18:5-15 unknown key "enter-pinn" | did you mean "enter-pin"?",
        "19:17-30 unknown variable "\${vars.pni}" | did you mean "vars.pin"? allowed here: vars.pin, vars.loop, run.index",
        "19:32-34 a PIN is text; put it in quotes, e.g. "1234"",
        "20:21-24 a duration needs a unit: 300ms, 2s, 5m or 1h",
        "21:14-19 unknown key "ofter" | did you mean "after"? allowed here: after, times",
        "22:13-17 unknown value "okay" | did you mean "ok"? allowed here: ok, cancel",
        "23:11-14 expected nothing, found text "now"",
        "24:5-undefined a step is one keyword with its argument; this one has 2: mfa, touch",
        "26:5-7 a step is one keyword with its argument; this one has no keyword",
        "29:29-46 unknown value "aaguid-not-alowed" | did you mean "aaguid-not-allowed"?",
        "29:58-64 not a comparison; write it like ">= 1"",
        "30:21-35 unknown value "NotAlowedError" | did you mean "NotAllowedError"? allowed here: none, AbortError, ConstraintError, InvalidSt...",
        "32:5-20 unknown key "makeCredentials" | did you mean "makeCredential"?",
        "33:32-54 unknown value "CTAP2_ERR_PIN_INVALLID" | did you mean "CTAP2_ERR_PIN_INVALID"?",
        "33:77-83 not a comparison; write it like ">= 1"",
        "34:1-8 unknown key "expects" | did you mean "expect"? allowed here: id, title, include, tags, vars, timeout, relying-part...",
        "38:9-12 id "one" is used twice | first in broken.yaml:37",
        "39:5-undefined "id" is missing",
        "41:40-48 "chromium" stands twice in browser.channel",
        "42:3-24 expected at least 1 in the list",
      ]
    `);
  });
});

describe('expansion', () => {
  test('a matrix multiplies the cases, without what is excluded, under stable ids', () => {
    const { cases, diagnostics } = load('new-pin.yaml');
    expect(diagnostics).toEqual([]);
    expect(cases.map(({ id }) => id)).toEqual([
      'security-key.new-pin[browser.dialog=windows-11,authenticator.persona=yubikey-5-nfc]',
      'security-key.new-pin[browser.dialog=windows-11,authenticator.persona=yubikey-bio]',
      'security-key.new-pin[browser.dialog=macos-safari,authenticator.persona=yubikey-5-nfc]',
    ]);
    expect(cases[1]).toMatchObject({
      title: expect.stringMatching(/ on the way \[windows-11, yubikey-bio\]$/),
      coordinates: { 'browser.dialog': 'windows-11', 'authenticator.persona': 'yubikey-bio' },
      tags: ['smoke', 'release-gate'],
      timeoutMs: 90_000,
      authenticator: { persona: 'yubikey-bio', pin: 'unset' },
      relyingParty: {
        aaguids: { mode: 'allow', list: ['d8522d9f-575b-4866-88a9-ba99fa02f35b'] },
        mfa: { 'fresh-for': 300_000 },
      },
      location: { file: 'new-pin.yaml', line: 1, column: 1 },
      secrets: ['864209'],
    });
  });

  test('steps carry validated arguments, their place and their time', () => {
    const [first] = load('new-pin.yaml', { run: { index: 7 } }).cases;
    const at = (line: number) => ({ file: 'new-pin.yaml', line, column: 5 });
    expect(first!.steps.slice(0, 2)).toEqual([
      {
        keyword: 'open-security-info',
        args: { as: 'qa-7@contoso.test' },
        label: 'open-security-info',
        timeoutMs: 15_000,
        location: at(21),
      },
      {
        keyword: 'add-sign-in-method',
        args: undefined,
        label: 'add-sign-in-method',
        timeoutMs: 15_000,
        location: at(22),
      },
    ]);
    expect(first!.steps.find(({ keyword }) => keyword === 'create-pin')!.args).toBe('864209');
    expect(first!.steps.find(({ keyword }) => keyword === 'touch')!.args).toEqual({ after: 300 });
  });

  test('expectations are lines with a path, a value and a place', () => {
    const [first] = load('new-pin.yaml').cases;
    const lines = first!.expect.map(({ path, expected, location }) => [path, expected, location.line, location.column]);
    expect(lines).toContainEqual(['relying-party.passkey.aaguid', '2fc0579f-8113-47ea-b116-bb5a8db9202a', 35, 32]);
    expect(lines).toContainEqual(['wire.makeCredential.keepalive-upneeded', { comparator: '>=', value: 1 }, 41, 41]);
    expect(lines).toContainEqual(['browser.transports', ['nfc', 'usb'], 38, 27]);
    expect(lines).toHaveLength(16);
  });

  test('a case is merged over its file, the file over what it includes', () => {
    const { cases, diagnostics } = load('refused.yaml');
    expect(diagnostics).toEqual([]);
    const [deny, never, wrong, pulled] = cases;
    expect(deny!.relyingParty).toEqual({
      attestation: 'requested',
      users: [{ methods: ['totp'] }],
      aaguids: { mode: 'deny', list: ['2fc0579f-8113-47ea-b116-bb5a8db9202a'] },
    });
    expect(never!.expect.map(({ path, expected }) => [path, expected])).toEqual([
      ['relying-party.passkey', 'none'],
      ['relying-party.events-absent', ['passkey.registered']],
      ['ui.says', "couldn't set up"],
      ['ui.screenshot', 'always'],
      ['browser.error', 'NotAllowedError'],
      ['browser.within', 65_000],
      ['wire.makeCredential.status', ['CTAP2_ERR_USER_ACTION_TIMEOUT', 'CTAP2_ERR_KEEPALIVE_CANCEL']],
    ]);
    expect(wrong!.title).toBe('Registration is refused cleanly and leaves nothing behind: wrong pin three times');
    expect(wrong!.secrets.toSorted()).toEqual(['0000', '1111', '1234', '2222']);
    expect(pulled!.authenticator.defects).toEqual([
      { at: 'makeCredential', when: { 'after-keepalives': 1 }, do: 'disconnect' },
    ]);
  });

  test('a list in a variable takes the place of the item that refers to it; values keep their type and their place', () => {
    const [first] = load('refused.yaml').cases;
    expect(first!.steps.map(({ keyword }) => keyword)).toEqual([
      'open-security-info',
      'add-sign-in-method',
      'choose-method',
      'mfa',
      'save-to',
      'enter-pin',
      'touch',
    ]);
    expect(first!.steps[2]!.location).toEqual({ file: 'shared/contoso.yaml', line: 5, column: 48 });
    expect(first!.steps[5]).toMatchObject({
      args: '1234',
      timeoutMs: 5000,
      location: { file: 'refused.yaml', line: 10 },
    });
    expect(first!.steps[6]).toMatchObject({ args: { after: 300 }, label: 'the gesture' });
  });

  test('without an environment secrets are placeholders, so that a library can be listed anywhere', () => {
    const { env: _, ...withoutEnvironment } = options;
    const { cases, diagnostics } = loadScenarios(['new-pin.yaml'], withoutEnvironment);
    expect(diagnostics).toEqual([]);
    expect(cases[0]!.steps.find(({ keyword }) => keyword === 'create-pin')!.args).toBe('(secret KEY_PIN)');
  });

  test('with an environment that lacks a secret, the scenario cannot run', () => {
    expect(load('new-pin.yaml', { env: { KEY_PINS: 'x' } }).diagnostics.map(line)).toEqual([
      '5:52-71 the environment does not set KEY_PIN | it sets KEY_PINS',
    ]);
  });

  test('a folder gives all its scenarios, but not the files that are only included', () => {
    const { cases, diagnostics } = load('.');
    expect(cases).toHaveLength(12);
    expect(new Set(diagnostics.map(({ file }) => file))).toEqual(
      new Set(['broken-devices.yaml', 'broken.yaml', 'impossible-policy.yaml']),
    );
  });
});

test('a path that is not there is told', () => {
  expect(load('nowhere.yaml').diagnostics).toEqual([
    { file: 'nowhere.yaml', line: 1, column: 1, message: 'no such file or folder' },
  ]);
});

test('diagnostics show the line, the caret and the hint', () => {
  const { diagnostics, sources } = load('broken.yaml');
  const [one] = diagnostics.filter(({ message }) => message.includes('okay'));
  expect(renderDiagnostics([one!], { sources })).toBe(
    [
      'broken.yaml:22:13: unknown value "okay"',
      '> 22 |   - review: okay',
      '     |             ^^^^',
      '    did you mean "ok"? allowed here: ok, cancel',
      '',
      '1 error',
      '',
    ].join('\n'),
  );
});

describe('a case', () => {
  test('has the tags of its file and its own, and its own title', () => {
    const { cases } = load('tagged.yaml');
    expect(cases).toMatchObject([{ id: 'tagged/own', title: 'A title of its own', tags: ['s6', 'happy'] }]);
  });

  test('whose policy the relying party could not have is a mistake of the file', () => {
    const { diagnostics } = load('impossible-policy.yaml');
    expect(diagnostics).toMatchObject([
      { line: 4, message: expect.stringContaining('AAGUID restrictions need attestation') },
    ]);
  });
});

describe('devices', () => {
  const keys = { '5234567': { aaguid: 'cb69481e-8ff7-4039-93ec-0a2729a154a8' } };
  const aaguidIn = ({ relyingParty, expect: lines }: ExpandedCase) =>
    relyingParty.aaguids?.list?.[0] ?? lines.find(({ path }) => path === 'relying-party.passkey.aaguid')?.expected;

  test('are named by a case, and a known one is what the case calls its persona', () => {
    const { cases, diagnostics } = load('devices.yaml', { keys });
    expect(diagnostics).toEqual([]);
    expect(cases.map((one) => [one.id, one.authenticator.device, aaguidIn(one)])).toEqual([
      ['devices/own[authenticator.persona=yubikey-5-nfc]', undefined, options.personas['yubikey-5-nfc']?.aaguid],
      ['devices/own[authenticator.persona=yubikey-bio]', undefined, options.personas['yubikey-bio']?.aaguid],
      ['devices/serial[authenticator.persona=yubikey-5-nfc]', '5234567', keys['5234567'].aaguid],
      ['devices/serial[authenticator.persona=yubikey-bio]', '5234567', keys['5234567'].aaguid],
    ]);
  });

  test('that a run names take every case, and a real key takes the place of all personas', () => {
    const { cases } = load('devices.yaml', { keys, devices: ['emulator', '5234567'] });
    expect(cases.map((one) => [one.id, aaguidIn(one)])).toEqual([
      [
        'devices/own[authenticator.persona=yubikey-5-nfc,authenticator.device=emulator]',
        '2fc0579f-8113-47ea-b116-bb5a8db9202a',
      ],
      ['devices/own[authenticator.device=5234567]', keys['5234567'].aaguid],
      [
        'devices/own[authenticator.persona=yubikey-bio,authenticator.device=emulator]',
        'd8522d9f-575b-4866-88a9-ba99fa02f35b',
      ],
      [
        'devices/serial[authenticator.persona=yubikey-5-nfc,authenticator.device=emulator]',
        '2fc0579f-8113-47ea-b116-bb5a8db9202a',
      ],
      ['devices/serial[authenticator.device=5234567]', keys['5234567'].aaguid],
      [
        'devices/serial[authenticator.persona=yubikey-bio,authenticator.device=emulator]',
        'd8522d9f-575b-4866-88a9-ba99fa02f35b',
      ],
    ]);
    expect(cases[1]?.coordinates).toEqual({ 'authenticator.device': '5234567' });
  });

  test('are told apart in what is wrong with them', () => {
    expect(load('broken-devices.yaml').diagnostics.map(line)).toMatchInlineSnapshot(`
      [
        "4:54-61 a serial number is text; put it in quotes, e.g. "5234567"",
        "5:37-43 expected exactly one of serial, aaguid, path, any",
        "6:48-54 unknown key "serail" | did you mean "serial"? allowed here: serial, aaguid, path, any",
        "7:54-58 not an AAGUID; write it like 2fc0579f-8113-47ea-b116-bb5a8db9202a",
        "8:42-44 name a device, e.g. any, emulator or { serial: "5234567" }",
      ]
    `);
  });
});
