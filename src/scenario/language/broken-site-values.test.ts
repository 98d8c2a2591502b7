/** Site files with a value of the wrong kind in each place, with the exact message. */
import { describe, expect, it } from 'vitest';
import { readSite } from './site-file.ts';
import { describeDiagnostic, withKeys, withSteps } from './testing/site-text.ts';

describe('a site file', () => {
  it.each<[string, string, string[]]>([
    [
      'is no YAML',
      'id: [shop',
      ['1:10 Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    [
      'has a key of a locator beside its step',
      withSteps('{ click: { role: button, name: Next }, opens-tab: true }'),
      [
        '5:46 Unknown key "opens-tab" | Put it inside the argument of the step, e.g. click: { role: button, name: Next, exact: true }',
      ],
    ],
    ['has an empty user name', withKeys('user: { name: "" }'), ['1:15 Expected at least one character']],
    ['has an empty command name', withKeys('before: { command: [""] }'), ['1:21 Expected at least one character']],
    ['is one value', 'shop', ['1:1 Expected a map in a site file, got one value']],
    ['has a key twice', withKeys('name: a', 'name: b'), ['2:1 Duplicate key "name" | First used in line 1']],
    [
      'has an id with a space',
      'id: my shop\nflow: {}',
      ['1:5 Expected lower-case words joined by dashes and dots, e.g. security-key.new-pin'],
    ],
    ['has a number as its name', withKeys('name: 7'), ['1:7 Expected text in quotes']],
    ['has a list as its address', withKeys('url: [https://shop.example]'), ['1:1 Expected text in quotes']],
    ['has a text as its user', withKeys('user: adele'), ['1:7 Expected a map, got text "adele"']],
    [
      'misspells a key of the user',
      withKeys('user: { nmae: adele }'),
      ['1:9 Unknown key "nmae" | Did you mean "name"? Allowed: name, password, totp, storage-state, sign-in-with'],
    ],
    [
      'has a user who signs in with something else',
      withKeys('user: { sign-in-with: key }'),
      ['1:23 Expected password or passkey'],
    ],
    [
      'has a user who signs in with a passkey, and not the words for it',
      withKeys('user: { sign-in-with: passkey }'),
      [
        '1:23 The user signs in with a passkey, so the file needs the word sign-in-with-passkey under flow',
        '1:23 The user signs in with a passkey, so the file needs the word choose-method.passkey under flow',
      ],
    ],
    [
      'has a user with a passkey on the reference portal',
      withKeys('server: reference-portal', 'user: { sign-in-with: passkey }'),
      ['2:23 Expected password, because the reference-portal has users of its own'],
    ],
    ['has a number as the password', withKeys('user: { password: 1234 }'), ['1:19 Expected text in quotes']],
    ['has a list as its storage state', withKeys('user: { storage-state: [a.json] }'), ['1:9 Expected text in quotes']],
    [
      'has a TOTP key that is not Base32',
      withKeys('user: { totp: JBSWY3DP-1 }'),
      ['1:15 Expected Base32 (A to Z, 2 to 7) or an otpauth:// URL, got a key with "-"'],
    ],
    [
      'has a TOTP key without a byte',
      withKeys('user: { totp: "=" }'),
      ['1:15 Expected a key of at least one byte, got an empty one'],
    ],
    [
      'has a counter-based key',
      withKeys('user: { totp: "otpauth://hotp/Shop:adele?secret=JBSWY3DPEHPK3PXP&counter=1" }'),
      ['1:15 Expected the key of time-based codes, got one of counter-based codes'],
    ],
    [
      'has a broken otpauth URL',
      withKeys('user: { totp: "otpauth://totp/Shop" }'),
      ['1:15 Expected a URL such as otpauth://totp/Contoso:adele?secret=JBSWY3DPEHPK3PXP'],
    ],
    ['has a list as its policy', withKeys('policy: []'), ['1:1 Expected a map, got a list']],
    ['has a text as its requests', withKeys('requests: POST /api'), ['1:11 Expected a map, got text "POST /api"']],
    [
      'has a request with an unknown method',
      withKeys('requests: { result: SEND /api }'),
      ['1:21 Expected a method and a path, e.g. POST /api/passkeys/*'],
    ],
    ['has a number as a request', withKeys('requests: { result: 7 }'), ['1:21 Expected text in quotes']],
    ['has a text as its outcomes', withKeys('outcomes: Added'), ['1:11 Expected a map, got text "Added"']],
    [
      'has a text as a sign',
      withKeys('outcomes: { registered: Added }'),
      ['1:25 Expected a map or a list, got text "Added"'],
    ],
    [
      'has a wrong regular expression as a sign',
      withKeys('outcomes: { registered: { text: "/added[/" } }'),
      ['1:33 Expected text or a valid regular expression, got /added[/'],
    ],
    [
      'has a status as text',
      withKeys('requests: { result: POST /a }', 'outcomes: { registered: { request: result, status: "200" } }'),
      ['2:52 Expected a number or a list, got text "200"'],
    ],
    [
      'has a status that does not exist',
      withKeys('requests: { result: POST /a }', 'outcomes: { registered: { request: result, status: 20 } }'),
      ['2:52 Expected at least 100'],
    ],
    [
      'has a relative path as a sign',
      withKeys('outcomes: { registered: { at: account } }'),
      ['1:31 Expected the path of a page that begins with a slash, e.g. /account/passkeys or /users/*/edit'],
    ],
    [
      'misspells a request of a sign',
      withKeys('requests: { result: POST /a }', 'outcomes: { registered: { request: results } }'),
      [
        '2:36 Unknown value "results" | Did you mean "result"? Allowed: options, result, finish, sign-in-options, sign-in-result',
      ],
    ],
    [
      'has a command as text',
      withKeys('before: { command: node user.mjs }'),
      ['1:20 Expected a list, got text "node user.mjs"'],
    ],
    ['has an empty command', withKeys('before: { command: [] }'), ['1:11 Expected at least 1 in the list']],
    ['has a number in a command', withKeys('before: { command: [node, 7] }'), ['1:27 Expected text in quotes']],
    [
      'misspells a key of a hook',
      withKeys('before: { comand: [node] }'),
      [
        '1:11 Unknown key "comand" | Did you mean "command"? Allowed: command, request, provides',
        '1:1 Expected either command or request',
      ],
    ],
    ['has a hook as text', withKeys('after: node user.mjs'), ['1:8 Expected a map, got text "node user.mjs"']],
    ['has a hook without an address', withKeys('before: { request: { method: POST } }'), ['1:11 Missing key "url"']],
    [
      'has a hook with an unknown method',
      withKeys('before: { request: { method: SEND, url: /a } }'),
      ['1:30 Unknown value "SEND" | Allowed: GET, POST, PUT, PATCH, DELETE'],
    ],
    [
      'has a number in the headers of a hook',
      withKeys('before: { request: { url: /a, headers: { x: 7 } } }'),
      ['1:45 Expected text in quotes'],
    ],
    [
      'has a hook that provides a text',
      withKeys('before: { command: [a], provides: name }'),
      ['1:35 Expected a list, got text "name"'],
    ],
    [
      'has a hook that provides a name in capitals',
      withKeys('before: { command: [a], provides: [Name] }'),
      ['1:36 Expected lower-case words joined by dashes'],
    ],
    [
      'has an after hook that provides values',
      withKeys('after: { command: [a], provides: [name] }'),
      ['1:24 Unknown key "provides" | Allowed: command, request'],
    ],
    [
      'uses a value in a hook that it does not provide',
      withKeys('after: { command: [node, "${user.invite}"] }'),
      ['1:26 Unknown value "${user.invite}" | Did you mean "user.name"? Allowed: user.name, user.password, site.url'],
    ],
    [
      'uses a value of a word in a hook',
      withKeys('before: { command: [node, "${totp}"] }'),
      ['1:27 Unknown value "${totp}" | Allowed: user.name, user.password, site.url'],
    ],
    ['has a list as its flow', 'id: shop\nflow: []', ['2:1 Expected a map, got a list']],
    [
      'has a map as a step list',
      'id: shop\nflow: { name: { click: { text: Next } } }',
      ['2:9 Expected a list, got a map'],
    ],
    [
      'has a number as a step',
      withSteps('7'),
      ['5:7 Expected one word or a map, got 7 | Allowed: reload, go-back, close-tab'],
    ],
    [
      'has a list as a step',
      withSteps('[reload]'),
      ['5:7 Expected one word or a map, got a list | Allowed: reload, go-back, close-tab'],
    ],
    ['has an empty step', withSteps('{}'), ['5:7 Expected one keyword with its argument, got none']],
    ['has an argument for a step without one', withSteps('reload: now'), ['5:15 Expected nothing, got text "now"']],
    [
      'has no locator in a frame',
      withSteps('click: { text: Next, frame: {} }'),
      ['5:28 Expected exactly one of role, label, text, placeholder, test-id, css, got none'],
    ],
    [
      'has a text as its frame',
      withSteps('click: { text: Next, frame: sign-in }'),
      ['5:35 Expected a locator such as { role: button, name: Next }, got text "sign-in"'],
    ],
    [
      'has two locators in a frame of a container',
      withSteps('click: { text: Next, within: { css: main, frame: { css: iframe, text: Sign in } } }'),
      ['5:49 Expected exactly one of role, label, text, placeholder, test-id, css, got text and css'],
    ],
    [
      'has a wrong regular expression in a container',
      withSteps('click: { text: Next, within: { role: row, has-text: "/(/" } }'),
      ['5:59 Expected text or a valid regular expression, got /(/'],
    ],
    [
      'has a wrong regular expression as the name of a role',
      withSteps('click: { role: button, name: "/[/" }'),
      ['5:36 Expected text or a valid regular expression, got /[/'],
    ],
    [
      'has a text as a position',
      withSteps('click: { text: Next, nth: first }'),
      ['5:33 Expected a number, got text "first"'],
    ],
    [
      'has a text as exact',
      withSteps('click: { text: Next, exact: "yes" }'),
      ['5:35 Expected true or false, got text "yes"'],
    ],
    ['has a number as a locator', withSteps('click: { css: 7 }'), ['5:21 Expected text, got 7']],
    ['selects nothing', withSteps('select: { label: Country }'), ['5:7 Missing key "option"']],
    [
      'checks with a text',
      withSteps('check: { label: Terms, checked: "on" }'),
      ['5:39 Expected true or false, got text "on"'],
    ],
    [
      'waits for nothing',
      withSteps('wait-for: {}'),
      ['5:7 Expected exactly one of role, label, text, placeholder, test-id, css, got none'],
    ],
    ['sees a number', withSteps('see: 7'), ['5:12 Expected a locator such as { role: button, name: Next }, got 7']],
    [
      'has a time limit without a unit',
      withSteps('{ click: { text: Next }, timeout: 5 }'),
      ['5:41 Expected a duration with a unit: 300ms, 2s, 5m or 1h'],
    ],
    [
      'has an unknown condition',
      withSteps('when: { shows: Next, do: [reload] }'),
      ['5:15 Unknown key "shows" | Allowed: visible, at, do, else', '5:7 Expected a condition: visible or at'],
    ],
    [
      'has a step that is wrong in else',
      withSteps('when: { at: /x, else: [{ fill: { label: Name } }] }'),
      ['5:32 Missing key "value"'],
    ],
    [
      'has an alternative without a condition',
      withSteps('first-of: [{ do: [reload] }]'),
      ['5:18 Expected a condition: visible or at'],
    ],
    ['has a map as alternatives', withSteps('first-of: { visible: Next }'), ['5:7 Expected a list, got a map']],
    ['runs a list', withSteps('run: [sign-in]'), ['5:7 Expected the name of a word or a sequence']],
    ['reads without a name', withSteps('read: { test-id: secret }'), ['5:7 Missing key "into"']],
    [
      'has a text as a sequence',
      `${withSteps('reload')}\nsequences: { next: click }`,
      ['6:20 Expected a list, got text "click"'],
    ],
    ['has a list as its sequences', `${withSteps('reload')}\nsequences: [next]`, ['6:1 Expected a map, got a list']],
  ])('that %s gets the exact message', (_, text, expected) => {
    const { site, diagnostics } = readSite(text, 'site.yaml', {});
    expect(diagnostics.map(describeDiagnostic)).toEqual(expected);
    expect(site).toBeUndefined();
  });
});
