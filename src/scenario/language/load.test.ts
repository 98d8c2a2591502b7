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

describe('an invalid file', () => {
  test('has all its errors reported in order', () => {
    const { cases, diagnostics } = load('broken.yaml');
    expect(cases).toEqual([]);
    expect(diagnostics.map(line)).toMatchInlineSnapshot(`
      [
        "1:5-16 Expected lower-case words joined by dashes and dots, e.g. security-key.new-pin",
        "3:15-26 Expected lower-case words joined by dashes",
        "4:18-20 Expected a duration with a unit: 300ms, 2s, 5m or 1h",
        "5:28-42 The reference "\${vars.loop}" refers to itself | vars.loop -> vars.loop",
        "8:16-23 Unknown value "enforce" | Did you mean "enforced"? Allowed: enforced, requested, ignored",
        "9:34-42 Expected an AAGUID such as 2fc0579f-8113-47ea-b116-bb5a8db9202a",
        "11:12-25 Unknown persona "yubikey-5-nfs" | Did you mean "yubikey-5-nfc"? Allowed: yubikey-5-nfc, yubikey-bio",
        "12:15-19 Expected a PIN in quotes, e.g. "1234"",
        "12:30-31 Expected at most 8",
        "13:12-17 Unknown key "engin" | Did you mean "engine"? Allowed: stack, engine, route, dialog",
        "17:5-18 Step "choose-method" needs an argument, e.g. choose-method: passkey",
        "18:5-15 Unknown key "enter-pinn" | Did you mean "enter-pin"?",
        "19:17-30 Unknown variable "\${vars.pni}" | Did you mean "vars.pin"? Allowed: vars.pin, vars.loop, run.index",
        "19:32-34 Expected a PIN in quotes, e.g. "1234"",
        "20:21-24 Expected a duration with a unit: 300ms, 2s, 5m or 1h",
        "21:14-19 Unknown key "ofter" | Did you mean "after"? Allowed: after, times",
        "22:13-17 Unknown value "okay" | Did you mean "ok"? Allowed: ok, cancel",
        "23:11-14 Expected nothing, got text "now"",
        "24:5-undefined Expected one keyword with its argument, got 2: mfa, touch",
        "26:5-7 Expected one keyword with its argument, got none",
        "29:29-46 Unknown value "aaguid-not-alowed" | Did you mean "aaguid-not-allowed"?",
        "29:58-64 Expected a whole number, or a comparison such as ">= 1"",
        "30:21-35 Unknown value "NotAlowedError" | Did you mean "NotAllowedError"? Allowed: none, AbortError, ConstraintError, InvalidStateEr...",
        "32:5-20 Unknown key "makeCredentials" | Did you mean "makeCredential"?",
        "33:32-54 Unknown value "CTAP2_ERR_PIN_INVALLID" | Did you mean "CTAP2_ERR_PIN_INVALID"?",
        "33:77-83 Expected a whole number, or a comparison such as ">= 1"",
        "34:1-8 Unknown key "expects" | Did you mean "expect"? Allowed: id, title, include, tags, vars, timeout, relying-party, au...",
        "38:9-12 Duplicate id "one" | First used in broken.yaml:37",
        "39:5-undefined Missing key "id"",
        "41:39-47 Duplicate value "chromium" in browser.engine",
        "42:3-24 Expected at least 1 in the list",
      ]
    `);
  });
});

describe('expansion', () => {
  test('creates a case with a stable id for every combination of the matrix that is not excluded', () => {
    const { cases, diagnostics } = load('new-pin.yaml');
    expect(diagnostics).toEqual([]);
    expect(cases.map(({ id }) => id)).toEqual([
      'security-key.new-pin[browser.dialog=windows-11,authenticator.persona=yubikey-5-nfc]',
      'security-key.new-pin[browser.dialog=windows-11,authenticator.persona=yubikey-bio]',
      'security-key.new-pin[browser.dialog=macos-safari,authenticator.persona=yubikey-5-nfc]',
    ]);
    expect(cases[1]).toMatchObject({
      title: expect.stringMatching(/ is created \[windows-11, yubikey-bio\]$/),
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

  test('sets the validated arguments, location and time limit of steps', () => {
    const [first] = load('new-pin.yaml', { run: { index: 7 } }).cases;
    const at = (line: number) => ({ file: 'new-pin.yaml', line, column: 5 });
    expect(first?.steps.slice(0, 2)).toEqual([
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
    expect(first?.steps.find(({ keyword }) => keyword === 'create-pin')?.args).toBe('864209');
    expect(first?.steps.find(({ keyword }) => keyword === 'touch')?.args).toEqual({ after: 300 });
  });

  test('turns expectations into lines with path, value and location', () => {
    const [first] = load('new-pin.yaml').cases;
    const lines = first?.expect.map(({ path, expected, location }) => [path, expected, location.line, location.column]);
    expect(lines).toContainEqual(['relying-party.passkey.aaguid', '2fc0579f-8113-47ea-b116-bb5a8db9202a', 35, 32]);
    expect(lines).toContainEqual(['wire.makeCredential.keepalive-upneeded', { comparator: '>=', value: 1 }, 41, 41]);
    expect(lines).toContainEqual(['browser.transports', ['nfc', 'usb'], 38, 27]);
    expect(lines).toHaveLength(16);
  });

  test('merges a case over its file, and the file over its includes', () => {
    const { cases, diagnostics } = load('refused.yaml');
    expect(diagnostics).toEqual([]);
    const [denied, neverTouched, wrongPin, unplugged] = cases;
    expect(denied?.relyingParty).toEqual({
      attestation: 'requested',
      users: [{ methods: ['totp'] }],
      aaguids: { mode: 'deny', list: ['2fc0579f-8113-47ea-b116-bb5a8db9202a'] },
    });
    expect(neverTouched?.expect.map(({ path, expected }) => [path, expected])).toEqual([
      ['relying-party.passkey', 'none'],
      ['relying-party.events-absent', ['passkey.registered']],
      ['ui.says', "couldn't set up"],
      ['ui.screenshot', 'always'],
      ['browser.error', 'NotAllowedError'],
      ['browser.within', 65_000],
      ['wire.makeCredential.status', ['CTAP2_ERR_USER_ACTION_TIMEOUT', 'CTAP2_ERR_KEEPALIVE_CANCEL']],
    ]);
    expect(wrongPin?.title).toBe('Registration is refused and leaves nothing behind: wrong pin three times');
    expect(wrongPin?.secrets.toSorted()).toEqual(['0000', '1111', '1234', '2222']);
    expect(unplugged?.authenticator.defects).toEqual([
      { at: 'makeCredential', when: { 'after-keepalives': 1 }, do: 'disconnect' },
    ]);
  });

  test('replaces a list item by the list it refers to; values keep their type and location', () => {
    const [first] = load('refused.yaml').cases;
    expect(first?.steps.map(({ keyword }) => keyword)).toEqual([
      'open-security-info',
      'add-sign-in-method',
      'choose-method',
      'mfa',
      'save-to',
      'enter-pin',
      'touch',
    ]);
    expect(first?.steps[2]?.location).toEqual({ file: 'shared/contoso.yaml', line: 5, column: 48 });
    expect(first?.steps[5]).toMatchObject({
      args: '1234',
      timeoutMs: 5000,
      location: { file: 'refused.yaml', line: 10 },
    });
    expect(first?.steps[6]).toMatchObject({ args: { after: 300 }, label: 'the gesture' });
  });

  test('uses placeholders for secrets if there is no environment', () => {
    const { env: _, ...withoutEnvironment } = options;
    const { cases, diagnostics } = loadScenarios(['new-pin.yaml'], withoutEnvironment);
    expect(diagnostics).toEqual([]);
    expect(cases[0]?.steps.find(({ keyword }) => keyword === 'create-pin')?.args).toBe('(secret KEY_PIN)');
  });

  test('reports a secret that the environment does not set', () => {
    expect(load('new-pin.yaml', { env: { KEY_PINS: 'x' } }).diagnostics.map(line)).toEqual([
      '5:52-71 The environment does not set KEY_PIN | The environment sets KEY_PINS',
    ]);
  });

  test('loads all scenarios of a folder, without files that are only included', () => {
    const { cases, diagnostics } = load('.');
    expect(cases).toHaveLength(12);
    expect(new Set(diagnostics.map(({ file }) => file))).toEqual(
      new Set(['broken-devices.yaml', 'broken.yaml', 'impossible-policy.yaml']),
    );
  });
});

test('a path that does not exist is reported', () => {
  expect(load('nowhere.yaml').diagnostics).toEqual([
    { file: 'nowhere.yaml', line: 1, column: 1, message: 'Cannot read nowhere.yaml: no such file or folder' },
  ]);
});

test('renderDiagnostics shows the line, a caret and the hint', () => {
  const { diagnostics, sources } = load('broken.yaml');
  const selected = diagnostics.filter(({ message }) => message.includes('okay'));
  expect(renderDiagnostics(selected, { sources })).toBe(
    [
      'broken.yaml:22:13: Unknown value "okay"',
      '> 22 |   - review: okay',
      '     |             ^^^^',
      '    Did you mean "ok"? Allowed: ok, cancel',
      '',
      '1 error',
      '',
    ].join('\n'),
  );
});

describe('a case', () => {
  test('has the tags of its file and its own tags, and its own title', () => {
    const { cases } = load('tagged.yaml');
    expect(cases).toMatchObject([{ id: 'tagged/own', title: 'Title of the case', tags: ['s6', 'happy'] }]);
  });

  test('with a policy that the relying party does not accept is an error', () => {
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

  test('of a case provide the facts of its persona if they are known', () => {
    const { cases, diagnostics } = load('devices.yaml', { keys });
    expect(diagnostics).toEqual([]);
    expect(cases.map((one) => [one.id, one.authenticator.device, aaguidIn(one)])).toEqual([
      ['devices/own[authenticator.persona=yubikey-5-nfc]', undefined, options.personas['yubikey-5-nfc']?.aaguid],
      ['devices/own[authenticator.persona=yubikey-bio]', undefined, options.personas['yubikey-bio']?.aaguid],
      ['devices/serial[authenticator.persona=yubikey-5-nfc]', '5234567', keys['5234567'].aaguid],
      ['devices/serial[authenticator.persona=yubikey-bio]', '5234567', keys['5234567'].aaguid],
    ]);
  });

  test('of a run apply to every case, and a real key replaces all personas', () => {
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

  test('with errors have specific messages', () => {
    expect(load('broken-devices.yaml').diagnostics.map(line)).toMatchInlineSnapshot(`
      [
        "4:54-61 Expected a serial number in quotes, e.g. "5234567"",
        "5:37-43 Expected exactly one of serial, aaguid, path, any",
        "6:48-54 Unknown key "serail" | Did you mean "serial"? Allowed: serial, aaguid, path, any",
        "7:54-58 Expected an AAGUID such as 2fc0579f-8113-47ea-b116-bb5a8db9202a",
        "8:42-44 Expected a device such as any, emulator or { serial: "5234567" }",
      ]
    `);
  });
});
