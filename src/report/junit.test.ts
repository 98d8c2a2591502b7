import { describe, expect, it } from 'vitest';
import { junit } from './junit.ts';
import { hostile, runFullOf } from './testing/injection-strings.ts';
import { fixtureRun } from './testing/sample-runs.ts';

interface Node {
  name: string;
  attributes: Record<string, string>;
  children: Node[];
  text: string;
}

/** A strict reader of the part of XML 1.0 that the renderer may use; throws for anything not well-formed. */
function parseXml(xml: string): Node {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not occur
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(xml) || /\p{Surrogate}/u.test(xml))
    throw new Error('illegal character');
  const root: Node = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const token = /<\?xml[^?]*\?>|<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    if (!match) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 60)}`);
    const [, closing, name, attributes, empty, text] = match;
    if (text !== undefined) open.at(-1)!.text += unescaped(text);
    else if (closing) {
      if (open.pop()!.name !== name) throw new Error(`unexpected </${name}>`);
    } else if (name !== undefined) {
      const pairs = [...attributes!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, unescaped(value!)]);
      const node: Node = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
      open.at(-1)!.children.push(node);
      if (!empty) open.push(node);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('unclosed element');
  return root.children[0]!;
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
function unescaped(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot|#\d+);)/.test(text) || text.includes(']]>')) throw new Error(`bad reference in ${text}`);
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) =>
    code ? String.fromCodePoint(Number(code)) : named[name]!,
  );
}

const all = (node: Node, name: string): Node[] => [
  ...(node.name === name ? [node] : []),
  ...node.children.flatMap((child) => all(child, name)),
];
const rendered = (run = fixtureRun()) => parseXml(junit.render(run) as string);

describe('JUnit', () => {
  it('counts failures and errors as the cases say, in total and by file', () => {
    const root = rendered();
    expect(root.attributes).toMatchObject({ tests: '46', failures: '2', errors: '1', skipped: '2' });
    expect(all(root, 'failure')).toHaveLength(2);
    expect(all(root, 'error')).toHaveLength(1);
    expect(all(root, 'flakyFailure')).toHaveLength(2);
    const sum = (name: string) =>
      all(root, 'testsuite').reduce((total, suite) => total + Number(suite.attributes[name]), 0);
    expect([sum('tests'), sum('failures'), sum('errors'), sum('skipped')]).toEqual([46, 2, 1, 2]);
  });

  it('names every case uniquely within its class', () => {
    const run = fixtureRun({ size: 120 });
    const twins = run.cases.map((item) => ({ ...item, id: `${item.id} again` }));
    const keys = all(rendered({ ...run, cases: [...run.cases, ...twins] }), 'testcase').map(
      ({ attributes }) => `${attributes.classname} ${attributes.name}`,
    );
    expect(new Set(keys).size).toBe(240);
  });

  it('points to attachments from the root of the project', () => {
    expect(junit.render(fixtureRun())).toMatch(
      /\[\[ATTACHMENT\|reports\/2026-03-14T09-26-53\/attachments\/[^\]]+\.png\]\]/,
    );
  });

  it('puts the code frame and the place into the failure', () => {
    const [failure] = all(rendered(), 'failure');
    expect(failure!.attributes.message).toBe('relying-party.passkey.fmt: expected "packed", found "none"');
    expect(failure!.text).toContain('> 23 |     passkey: { name: Desk key, fmt: packed, uv: true }');
  });

  it.each(Object.entries(hostile))('stays well-formed with %s in every text', (_, text) => {
    const root = rendered(runFullOf(text));
    expect(all(root, 'testcase')).toHaveLength(3);
    expect(all(root, 'script')).toHaveLength(0);
    expect(all(root, 'failure')).toHaveLength(2);
  });

  it('keeps every legal character of a name', () => {
    const [testcase] = all(rendered(runFullOf(hostile.markup)), 'testcase');
    expect(testcase!.attributes.name).toContain(hostile.markup);
  });
});
