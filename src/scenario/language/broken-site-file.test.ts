import { describe, expect, it } from 'vitest';
import { readSite } from './site-file.ts';
import { siteStepTable } from './site-steps.ts';
import { describeDiagnostic, withKeys, withSteps } from './testing/site-text.ts';

/** The keys that an entry of a list of steps may have. */
const steps = [...Object.keys(siteStepTable), 'label', 'timeout'].join(', ');

const read = (text: string, env: Record<string, string> | undefined = {}) => readSite(text, 'site.yaml', env);

describe('a broken site file', () => {
  it.each<[string, string, string[]]>([
    ['is empty', '', ['1:1 The file is empty']],
    ['is a list', '- id: shop', ['1:1 Expected a map in a site file, got a list']],
    ['has no flow', 'id: shop', ['1:1 Missing key "flow"']],
    ['has no id', 'flow: {}', ['1:1 Missing key "id"']],
    [
      'misspells a key',
      withKeys('adress: https://shop.example'),
      [
        '1:1 Unknown key "adress" | Allowed: id, name, url, server, policy, user, before, after, requests, outcomes, flow, sequences',
      ],
    ],
    [
      'has the address of no site',
      withKeys('url: shop.example'),
      ['1:6 Expected the address of a site, e.g. https://example.com'],
    ],
    [
      'has an address without encryption',
      withKeys('url: http://shop.example'),
      ['1:6 Expected https: browsers allow passkeys over http on localhost only'],
    ],
    [
      'has a loopback address instead of a name',
      withKeys('url: http://127.0.0.1:3000'),
      ['1:6 Expected a domain, got the IP address 127.0.0.1: use http://localhost:3000'],
    ],
    [
      'has an IP address',
      withKeys('url: https://192.0.2.7'),
      ['1:6 Expected a domain, got the IP address 192.0.2.7: a passkey needs a domain'],
    ],
    [
      'has a password in the address',
      withKeys('url: https://adele:pw@shop.example'),
      ['1:6 Expected an address without user name and password: they belong under user in the site file'],
    ],
    [
      'has an address although Touchstone starts the site',
      withKeys('server: reference-portal', 'url: https://shop.example'),
      ['2:6 Expected no url, because Touchstone starts the reference-portal itself'],
    ],
    ['names another server', withKeys('server: portal'), ['1:9 Unknown value "portal" | Allowed: reference-portal']],
    [
      'misspells a word',
      'id: shop\nflow:\n  add-signin-method: []\n',
      [
        '3:3 Unknown key "add-signin-method" | Did you mean "add-sign-in-method"? Allowed: open-security-info, sign-in, sign-out, sign-in-with-passkey, add-sign-in-method, abort-page, name, done, rename, delete, choose-method, mfa',
      ],
    ],
    [
      'misspells a method',
      'id: shop\nflow: { mfa: { otp: [] } }\n',
      ['2:16 Unknown key "otp" | Did you mean "totp"? Allowed: totp, tap, add-authenticator-app'],
    ],
    ['has a list for a word with a choice', 'id: shop\nflow: { mfa: [] }\n', ['2:9 Expected a map, got a list']],
    ['has no list for a word', 'id: shop\nflow: { name: type it }\n', ['2:15 Expected a list, got text "type it"']],
    [
      'misspells a step',
      withSteps('klick: { role: button }'),
      [`5:7 Unknown key "klick" | Did you mean "click"? Allowed: ${steps}`],
    ],
    [
      'has a step without its argument',
      withSteps('click'),
      ['5:7 Step "click" needs an argument, e.g. click: { role: button, name: Sign in }'],
    ],
    [
      'has two steps in one entry',
      withSteps('{ open: /a, reload: null }'),
      ['5:7 Expected one keyword with its argument, got 2: open, reload'],
    ],
    [
      'clicks a text',
      withSteps('click: Next'),
      ['5:14 Expected a locator such as { role: button, name: Next }, got text "Next"'],
    ],
    [
      'misspells a role',
      withSteps('click: { role: buton, name: Next }'),
      ['5:22 Unknown value "buton" | Did you mean "button"?'],
    ],
    [
      'has a name without a role',
      withSteps('click: { text: Add, name: Next }'),
      ['5:33 Expected a role beside the name, e.g. role: button'],
    ],
    [
      'has only a name',
      withSteps('click: { name: Next }'),
      ['5:7 Expected exactly one of role, label, text, placeholder, test-id, css, got none'],
    ],
    [
      'finds an element in two ways',
      withSteps('click: { role: button, text: Next }'),
      ['5:7 Expected exactly one of role, label, text, placeholder, test-id, css, got role and text'],
    ],
    [
      'has a wrong regular expression',
      withSteps('click: { text: "/Next(/" }'),
      ['5:22 Expected text or a valid regular expression, got /Next(/'],
    ],
    [
      'misspells a key of a locator in a locator',
      withSteps('click: { text: Delete, within: { role: row, hastext: Desk } }'),
      [
        '5:51 Unknown key "hastext" | Did you mean "has-text"? Allowed: role, name, label, text, placeholder, test-id, css, exact, has-text, nth, within, frame',
      ],
    ],
    ['fills a field without a value', withSteps('fill: { label: Name }'), ['5:7 Missing key "value"']],
    ['fills a field with a number', withSteps('fill: { label: Name, value: 7 }'), ['5:35 Expected text in quotes']],
    ['presses nothing', withSteps('press: { label: Name }'), ['5:7 Missing key "key"']],
    [
      'opens a path with a scheme',
      withSteps('open: "javascript:alert(1)"'),
      ['5:13 Expected a path such as /account, or an HTTP URL'],
    ],
    [
      'waits for a relative path',
      withSteps('wait-for: { at: account }'),
      ['5:23 Expected the path of a page that begins with a slash, e.g. /account/passkeys or /users/*/edit'],
    ],
    [
      'waits for an unknown state',
      withSteps('wait-for: { text: Next, state: shown }'),
      ['5:38 Unknown value "shown" | Allowed: visible, hidden, attached, detached'],
    ],
    ['has a condition without steps', withSteps('when: { visible: Next }'), ['5:7 Expected steps: do or else']],
    ['has steps without a condition', withSteps('when: { do: [reload] }'), ['5:7 Expected a condition: visible or at']],
    [
      'misspells a step in a condition',
      withSteps('when: { at: /x, do: [{ clik: { text: Next } }] }'),
      [`5:30 Unknown key "clik" | Did you mean "click"? Allowed: ${steps}`],
    ],
    ['has no alternatives', withSteps('first-of: []'), ['5:7 Expected at least 1 in the list']],
    [
      'runs an unknown sequence',
      `${withSteps('run: sing-in')}\n  sign-in: []`,
      ['5:12 The file has no word or sequence "sing-in" | Did you mean "sign-in"? Allowed: sign-in, name'],
    ],
    [
      'runs a sequence that runs itself',
      `${withSteps('run: one')}\nsequences:\n  one: [{ when: { at: /x, do: [{ run: two }] } }]\n  two: [{ run: one }]`,
      ['8:16 The steps run themselves | one -> two -> one'],
    ],
    ['runs a word in itself', withSteps('run: name'), ['5:12 The steps run themselves | name -> name']],
    [
      'misspells a value',
      withSteps('fill: { label: Name, value: "${nmae}" }'),
      ['5:35 Unknown value "${nmae}" | Did you mean "name"? Allowed: name, user.name, user.password, site.url'],
    ],
    [
      'uses the value of another word',
      withSteps('fill: { label: Name, value: "${totp}" }'),
      ['5:35 Unknown value "${totp}" | Allowed: name, user.name, user.password, site.url'],
    ],
    [
      'does not end a reference',
      withSteps('fill: { label: Name, value: "${name" }'),
      ['5:35 Expected "}" at the end of the reference | Write $${ for a literal ${'],
    ],
    [
      'uses a value of the flow elsewhere',
      withKeys('url: "https://${user.name}.example"'),
      ['1:6 Unknown value "${user.name}" | Allowed: secret:NAME, env:NAME'],
    ],
    [
      'needs a variable that the environment does not set',
      withKeys('user: { password: "${secret:SHOP_PASSWORT}" }'),
      ['1:19 The environment does not set SHOP_PASSWORT | The environment sets SHOP_PASSWORD'],
    ],
    [
      'uses a user that it does not have',
      withSteps('fill: { label: Name, value: "${user.name}" }'),
      ['5:35 The user has no name: set it under user, or let a before hook provide it'],
    ],
    [
      'has no valid name for what it reads',
      withSteps('read: { test-id: secret, into: TOTP }'),
      ['5:38 Expected lower-case words joined by dashes, e.g. totp-secret'],
    ],
    [
      'has a request without a method',
      withKeys('requests: { options: /api/options }'),
      ['1:22 Expected a method and a path, e.g. POST /api/passkeys/*'],
    ],
    [
      'misspells a request',
      withKeys('requests: { option: POST /api/options }'),
      [
        '1:13 Unknown key "option" | Did you mean "options"? Allowed: options, result, finish, sign-in-options, sign-in-result',
      ],
    ],
    [
      'refers to a request that it does not describe',
      withKeys('outcomes: { registered: [{ text: Added }, { request: result, status: 200 }] }'),
      ['1:54 The file does not say which request "result" is: add it under requests'],
    ],
    [
      'has a status without a request',
      withKeys('outcomes: { refused: { text: failed, status: 400 } }'),
      ['1:46 Expected a request beside the status, e.g. request: result'],
    ],
    [
      'has an outcome without a sign',
      withKeys('outcomes: { refused: {} }'),
      ['1:13 Expected at least one of text, at, request'],
    ],
    [
      'misspells an outcome',
      withKeys('outcomes: { success: { text: Added } }'),
      ['1:13 Unknown key "success" | Allowed: already-registered, refused, registered'],
    ],
    [
      'has a hook with two actions',
      withKeys('before: { command: [create-user], request: { url: /users } }'),
      ['1:1 Expected either command or request'],
    ],
    [
      'has a hook without an action',
      withKeys('before: { provides: [name] }'),
      ['1:1 Expected either command or request'],
    ],
    [
      'has a policy that does not exist',
      withKeys('policy: { attestation: direct }'),
      ['1:24 Unknown value "direct" | Allowed: enforced, requested, ignored'],
    ],
  ])('that %s gets the exact message', (_, text, expected) => {
    const { site, diagnostics } = read(text, { SHOP_PASSWORD: 'x' });
    expect(diagnostics.map(describeDiagnostic)).toEqual(expected);
    expect(site).toBeUndefined();
  });
});
