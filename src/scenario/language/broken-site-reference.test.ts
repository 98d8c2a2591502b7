/** Scenario files with errors about their site and in steps on pages, with the exact message. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenarios } from './load.ts';
import { describeDiagnostic } from './testing/site-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenario-sites-'));
afterAll(() => rmSync(folder, { recursive: true }));

let projects = 0;
/** Writes a scenario with `keys` and other files into a new folder, and returns the errors of the scenario. */
function errorsOf(keys: string, files: Record<string, string>): string[] {
  const projectRoot = join(folder, String(projects++));
  const steps = keys.startsWith('steps:') ? '' : 'steps: [open-security-info]\n';
  for (const [name, text] of Object.entries({ ...files, 'a.yaml': `id: a\n${keys}\n${steps}` })) {
    mkdirSync(dirname(join(projectRoot, name)), { recursive: true });
    writeFileSync(join(projectRoot, name), text);
  }
  const { cases, diagnostics } = loadScenarios(['a.yaml'], { projectRoot, personas: {}, env: {} });
  expect(cases).toEqual([]);
  return diagnostics.map((one) => `${one.file}:${describeDiagnostic(one)}`);
}

describe('a scenario', () => {
  it.each<[string, string, string[], Record<string, string>?]>([
    [
      'names a site file that is not there',
      'relying-party: { site: sites/shop.yaml }',
      ['a.yaml:2:24 Cannot use the site file sites/shop.yaml: no such file'],
    ],
    [
      'names an absolute path',
      'relying-party: { site: /etc/shop.yaml }',
      ['a.yaml:2:24 Cannot use the site file /etc/shop.yaml: expected a path relative to the file that names it'],
    ],
    [
      'names a folder',
      'relying-party: { site: sites }',
      ['a.yaml:2:24 Cannot use the site file sites: expected a file whose name ends with .yaml or .yml'],
      { 'sites/a.txt': '' },
    ],
    [
      'names a file that is no YAML file',
      'relying-party: { site: shop.json }',
      ['a.yaml:2:24 Cannot use the site file shop.json: expected a file whose name ends with .yaml or .yml'],
      { 'shop.json': '{}' },
    ],
    [
      'has a list as its site',
      'relying-party: { site: [shop.yaml] }',
      ['a.yaml:2:18 Expected the path of a site file'],
    ],
    [
      'has an address without a site file',
      'relying-party: { url: https://shop.example }',
      ['a.yaml:2:23 Missing key "site": a site file says what a user does on https://shop.example'],
    ],
    [
      'has an address that is none',
      'relying-party: { site: shop.yaml, url: shop }',
      ['a.yaml:2:40 Expected the address of a site, e.g. https://example.com'],
      { 'shop.yaml': 'id: shop\nflow: {}' },
    ],
    [
      'has an address without encryption',
      'relying-party: { site: shop.yaml, url: "http://shop.example" }',
      ['a.yaml:2:40 Expected https: browsers allow passkeys over http on localhost only'],
      { 'shop.yaml': 'id: shop\nflow: {}' },
    ],
    [
      'has no address, and its site has none',
      'relying-party: { site: shop.yaml }',
      ['a.yaml:2:24 shop.yaml has no url: add it to the file, to relying-party, or give the option --url'],
      { 'shop.yaml': 'id: shop\nflow: {}' },
    ],
    [
      'has an address although Touchstone starts the site',
      'relying-party: { site: portal.yaml, url: https://shop.example }',
      ['a.yaml:2:42 Expected no url, because Touchstone starts the reference-portal itself'],
      { 'portal.yaml': 'id: p\nserver: reference-portal\nflow: {}' },
    ],
    [
      'names a site file with an error',
      'relying-party: { site: shop.yaml }',
      [
        'shop.yaml:3:9 Unknown key "naem" | Did you mean "name"? Allowed: open-security-info, sign-in, sign-out, sign-in-with-passkey, add-sign-in-method, abort-page, name, done, rename, delete, choose-method, mfa',
      ],
      { 'shop.yaml': 'id: shop\nurl: https://shop.example\nflow: { naem: [] }' },
    ],
    [
      'names a site file whose secret is not set',
      'relying-party: { site: shop.yaml }',
      ['shop.yaml:3:19 The environment does not set NO_SUCH'],
      { 'shop.yaml': 'id: shop\nurl: https://shop.example\nuser: { password: "${secret:NO_SUCH}" }\nflow: {}' },
    ],
    [
      'uses a value of site files',
      'steps: [{ fill: { label: Name, value: "${user.name}" } }]',
      ['a.yaml:2:39 Unknown variable "${user.name}" | Allowed: run.index'],
    ],
    [
      'clicks a text',
      'steps: [{ click: Next }]',
      ['a.yaml:2:18 Expected a locator such as { role: button, name: Next }, got text "Next"'],
    ],
    [
      'misspells a key of a locator',
      'steps: [{ click: { rol: button } }]',
      [
        'a.yaml:2:20 Unknown key "rol" | Did you mean "role"? Allowed: role, name, label, text, placeholder, test-id, css, exact, has-text, nth, within, frame, opens-tab',
      ],
    ],
    [
      'has a wrong regular expression',
      'steps: [{ see: { text: "/(/" } }]',
      ['a.yaml:2:24 Expected text or a valid regular expression, got /(/'],
    ],
    [
      'expects an unknown outcome',
      'expect: { relying-party: { outcome: success } }',
      ['a.yaml:2:37 Unknown value "success" | Allowed: none, already-registered, refused, registered'],
    ],
    [
      'expects the status of an unknown request',
      'expect: { relying-party: { requests: { results: { status: 200 } } } }',
      [
        'a.yaml:2:40 Unknown key "results" | Did you mean "result"? Allowed: options, result, finish, sign-in-options, sign-in-result',
      ],
    ],
    [
      'expects a status as text',
      'expect: { relying-party: { requests: { result: { status: ok } } } }',
      ['a.yaml:2:58 Expected a number or a list, got text "ok"'],
    ],
  ])('that %s gets the exact message', (_, keys, expected, files = {}) => {
    expect(errorsOf(keys, files)).toEqual(expected);
  });
});
