import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { readSite } from './site-file.ts';
import { siteJsonSchema } from './site-json-schema.ts';
import { allSiteWords } from './site-words.ts';
import { toPlainValue } from './source-node.ts';
import { parseYaml } from './testing/parse-yaml.ts';
import { withKeys, withSteps } from './testing/site-text.ts';

const portalFile = new URL('../../../sites/reference-portal.yaml', import.meta.url);
const portalText = readFileSync(portalFile, 'utf8');

const read = (text: string, env: Record<string, string> | undefined = {}) => readSite(text, 'site.yaml', env);

describe('readSite', () => {
  it('reads the words, with the place of every step', () => {
    const { site, diagnostics } = read(portalText);
    expect(diagnostics).toEqual([]);
    expect(Object.keys(site?.flow ?? {})).toEqual(allSiteWords);
    const lineOf = (text: string) => portalText.split('\n').findIndex((one) => one.includes(text)) + 1;
    expect(site?.flow['sign-out']).toEqual([
      {
        keyword: 'click',
        args: { role: 'button', name: 'Sign out', exact: true },
        timeoutMs: undefined,
        location: { file: 'site.yaml', line: lineOf('name: Sign out'), column: 7 },
      },
      expect.objectContaining({ keyword: 'wait-for', args: { label: 'User name', exact: true } }),
    ]);
    const [, when] = site?.flow['open-security-info'] ?? [];
    expect(when).toMatchObject({
      keyword: 'when',
      args: { at: '/sign-in', steps: [{ args: 'sign-in' }], otherwise: [] },
    });
  });

  it('inserts the environment, and collects what is secret', () => {
    const text = withKeys(
      'url: "${env:SHOP:-https://shop.example}"',
      'user: { name: "${env:QA}", password: "${secret:PW}" }',
    );
    const { site } = read(text, { QA: 'adele', PW: 'geheim' });
    expect(site).toMatchObject({
      url: 'https://shop.example',
      user: { name: 'adele', password: 'geheim' },
      secrets: ['geheim'],
    });
  });

  it('keeps a value of the environment literal in the steps', () => {
    const { site } = read(withSteps('fill: { label: Name, value: "${secret:PW} ${name}" }'), { PW: 'a${name}' });
    expect(site?.flow.name?.[0]?.args).toMatchObject({ value: 'a$${name} ${name}' });
  });

  it('uses placeholders without an environment, for validating', () => {
    const { site, diagnostics } = readSite(
      withKeys('url: "${env:SHOP}"', 'user: { totp: "${secret:KEY}" }'),
      'site.yaml',
      undefined,
    );
    expect(diagnostics).toEqual([]);
    expect(site?.user.totp).toBe('(secret KEY)');
  });

  it('accepts the example of docs/sites.md', () => {
    const document = readFileSync(new URL('../../../docs/sites.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(document) ?? [];
    const { site, diagnostics } = read(example, { SHOP_PASSWORD: 'x', SHOP_TOTP: 'ABCD' });
    expect(diagnostics).toEqual([]);
    expect(site?.id).toBe('shop');
  });

  it('has a JSON Schema that accepts the site files of the project and rejects others', () => {
    const validate = new Ajv({ strict: false }).compile(siteJsonSchema());
    const accepts = (text: string) => validate(toPlainValue(parseYaml(text, 'site.yaml')));
    expect(accepts(portalText)).toBe(true);
    expect(accepts(withSteps('click: { role: button }', 'reload'))).toBe(true);
    expect(accepts(withSteps('klick: { role: button }'))).toBe(false);
    expect(accepts(withSteps('click: { rolle: button }'))).toBe(false);
    expect(accepts(withSteps('when: { at: /x, do: [klick] }'))).toBe(false);
  });
});
