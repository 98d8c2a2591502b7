import { describe, expect, it } from 'vitest';
import type { RunResult } from '#result/run-result.ts';
import { renderJunit } from './junit.ts';
import { injectionStrings, runWithTexts } from './testing/injection-strings.ts';
import { findJunitProblems } from './testing/junit-schema.ts';
import { sampleRun } from './testing/sample-runs.ts';

interface XmlNode {
  name: string;
  attributes: Record<string, string>;
  children: XmlNode[];
  text: string;
}

/** Parses the part of XML 1.0 that the renderer uses; throws if it is not well-formed. */
function parseXml(xml: string): XmlNode {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches the characters that must not occur
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(xml) || /\p{Surrogate}/u.test(xml))
    throw new Error('illegal character');
  const root: XmlNode = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const token = /<\?xml[^?]*\?>|<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    if (!match) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 60)}`);
    const [, closing, name, attributes = '', empty, text] = match;
    const parent = open.at(-1) ?? root;
    if (text !== undefined) parent.text += unescaped(text);
    else if (closing) {
      if (open.pop()?.name !== name) throw new Error(`unexpected </${name}>`);
    } else if (name !== undefined) {
      const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value = '']) => [
        key,
        unescaped(value),
      ]);
      const node: XmlNode = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
      parent.children.push(node);
      if (!empty) open.push(node);
    }
  }
  const [document, ...others] = root.children;
  if (open.length !== 1 || !document || others.length > 0) throw new Error('unclosed element');
  return document;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
function unescaped(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot|#\d+);)/.test(text) || text.includes(']]>')) throw new Error(`bad reference in ${text}`);
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) =>
    code ? String.fromCodePoint(Number(code)) : (entities[name] ?? ''),
  );
}

const all = (node: XmlNode, name: string): XmlNode[] => [
  ...(node.name === name ? [node] : []),
  ...node.children.flatMap((child) => all(child, name)),
];
const rendered = (run = sampleRun()) => parseXml(renderJunit(run));

describe('renderJunit', () => {
  it('has only elements and attributes that the schema of Jenkins allows', () => {
    const run = sampleRun();
    const location = { file: 'a.yaml', line: 1, column: 1 };
    const budget = { caseId: 'a', subject: 'pin', statistic: 'median', location, message: '' } as const;
    const budgets = (['passed', 'failed', 'inconclusive'] as const).map((verdict) => ({ ...budget, verdict }));
    const whole = { ...run, budgets: budgets as RunResult['budgets'], errors: [{ message: 'A worker ended' }] };
    expect(findJunitProblems(renderJunit(whole as RunResult))).toEqual([]);
  });

  it.each([
    ['<testsuites><testcase name="a"/></testsuites>', 'testcase in testsuites'],
    ['<testsuites skipped="1"></testsuites>', 'testsuites with skipped'],
    ['<testsuites><testsuite name="a" tests="1" failures="0"/></testsuites>', 'testsuite without errors'],
    ['<testsuites>text</testsuites>', 'Text in testsuites: text'],
  ])('the check of the schema finds the problem of %s', (xml, problem) => {
    expect(findJunitProblems(xml)).toEqual([problem]);
  });

  it('counts failures, errors and skipped cases in total and by file', () => {
    const root = rendered();
    expect(root.attributes).toMatchObject({ tests: '46', failures: '2', errors: '1' });
    expect(all(root, 'failure')).toHaveLength(2);
    expect(all(root, 'error')).toHaveLength(1);
    expect(all(root, 'flakyFailure')).toHaveLength(2);
    const sum = (name: string) =>
      all(root, 'testsuite').reduce((total, suite) => total + Number(suite.attributes[name]), 0);
    expect([sum('tests'), sum('failures'), sum('errors'), sum('skipped')]).toEqual([46, 2, 1, 2]);
  });

  it('uses a unique name within its class for every case', () => {
    const run = sampleRun({ size: 120 });
    const twins = run.cases.map((item) => ({ ...item, id: `${item.id} again` }));
    const keys = all(rendered({ ...run, cases: [...run.cases, ...twins] }), 'testcase').map(
      ({ attributes }) => `${attributes.classname} ${attributes.name}`,
    );
    expect(new Set(keys).size).toBe(240);
  });

  it('writes the paths of attachments relative to the project root', () => {
    expect(renderJunit(sampleRun())).toMatch(
      /\[\[ATTACHMENT\|reports\/2026-03-14T09-26-53\/attachments\/[^\]]+\.png\]\]/,
    );
  });

  it('puts the message and the code frame into the failure', () => {
    const [failure] = all(rendered(), 'failure');
    expect(failure?.attributes.message).toBe('relying-party.passkey.fmt: expected "packed", found "none"');
    expect(failure?.text).toContain('> 23 |     passkey: { name: Desk key, fmt: packed, uv: true }');
  });

  it.each(Object.entries(injectionStrings))('is well-formed with %s in every text', (_, text) => {
    const root = rendered(runWithTexts(text));
    expect(all(root, 'testcase')).toHaveLength(3);
    expect(all(root, 'script')).toHaveLength(0);
    expect(all(root, 'failure')).toHaveLength(2);
  });

  it('keeps every legal character of a name', () => {
    const [testcase] = all(rendered(runWithTexts(injectionStrings.markup)), 'testcase');
    expect(testcase?.attributes.name).toContain(injectionStrings.markup);
  });
});
