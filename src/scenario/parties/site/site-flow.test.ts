import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { Timeline } from '#result/timeline.ts';
import { readSite } from '../../language/site-file.ts';
import { RequestLog } from './request-log.ts';
import { Site } from './site.ts';
import { SiteFlow } from './site-flow.ts';

const origin = 'https://shop.example';

/** A flow whose page shows the elements of `shown` (descriptions of Playwright) and logs what is done to them. */
function setUp(steps: string, { shown = [] as string[], at = '/', leftWhileRead = 0 } = {}) {
  const text = `id: shop\nurl: ${origin}\nuser: { name: adele }\nflow:\n  name: ${steps}\nsequences:\n  greet: [{ click: { text: "Hello \${name}" } }]\n`;
  const { site: definition, diagnostics } = readSite(text, 'shop.yaml', {});
  if (!definition) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const log: string[] = [];
  const element = (name: string) => ({
    filter: () => element(name),
    or: (other: { toString(): string }) => element(`${name} or ${other}`),
    first: () => element(name),
    async count() {
      if (leftWhileRead-- > 0) throw new Error('Execution context was destroyed, most likely because of a navigation');
      return shown.includes(name) ? 1 : 0;
    },
    waitFor: async () => undefined,
    click: async () => void log.push(`click ${name}`),
    fill: async (value: string) => void log.push(`fill ${name} ${value}`),
    textContent: async () => `  ABCD ${name}  `,
    toString: () => name,
  });
  const page = {
    on: () => page,
    isClosed: () => false,
    url: () => `${origin}${at}`,
    getByText: (text: string | RegExp) => element(String(text)),
    getByLabel: (text: string | RegExp) => element(String(text)),
    getByTestId: (text: string) => element(text),
    waitForTimeout: async () => undefined,
    waitForLoadState: async () => undefined,
  };
  const site = new Site({
    page: page as unknown as Page,
    url: origin,
    timeline: new Timeline(),
    requests: new RequestLog({ origin, requests: {} }),
  });
  const secrets: string[] = [];
  const flow = new SiteFlow({
    site,
    definition,
    userValues: () => ({ 'user.name': 'adele', 'user.password': 'pw' }),
    onTotpSecret: (secret) => secrets.push(secret),
  });
  const run = (values = {}) => flow.run('name', { name: 'Desk key', ...values }, new AbortController().signal);
  return { log, run, flow, secrets };
}

describe('SiteFlow', () => {
  it('inserts the values of the word and of the user', async () => {
    const { log, run } = setUp('[{ fill: { label: Name, value: "${name} of ${user.name} $${x}" } }, { run: greet }]');
    await run();
    expect(log).toEqual(['fill Name Desk key of adele ${x}', 'click Hello Desk key']);
  });

  it('inserts values literally into regular expressions', async () => {
    const { log, run } = setUp('[{ click: { text: "/^${name}$/i" } }]');
    await run({ name: 'a.b/(c)' });
    expect(log).toEqual(['click /^a\\.b\\/\\(c\\)$/i']);
  });

  it('computes a value only when a step uses it', async () => {
    const { run } = setUp('[{ click: { text: Next } }]');
    const fail = () => {
      throw new Error('no code');
    };
    await run({ name: fail });
    await expect(setUp('[{ run: greet }]').run({ name: fail })).rejects.toThrow('no code (click, shop.yaml:7)');
  });

  it('waits for a value, and computes it once for a step', async () => {
    const { log, run } = setUp('[{ fill: { label: "Code ${name}", value: "${name}" } }]');
    let codes = 0;
    await run({ name: async () => `${++codes}` });
    expect(log).toEqual(['fill Code 1 1']);
  });

  it('does the steps of a condition that is true, and of else if it is not', async () => {
    const steps = '[{ when: { visible: Sign in, do: [{ click: { text: A } }], else: [{ click: { text: B } }] } }]';
    const one = setUp(steps, { shown: ['Sign in'] });
    await one.run();
    const other = setUp(steps);
    await other.run();
    expect([...one.log, ...other.log]).toEqual(['click A', 'click B']);
  });

  it('reads the page again if it is left while a condition is read', async () => {
    const steps = '[{ when: { visible: Sign in, do: [{ click: { text: A } }] } }]';
    const { log, run } = setUp(steps, { shown: ['Sign in'], leftWhileRead: 2 });
    await run();
    expect(log).toEqual(['click A']);
  });

  it('does the steps of the first condition that is true', async () => {
    const steps =
      '[{ first-of: [{ visible: A, at: /x, do: [{ click: { text: A } }] }, { visible: B, do: [{ click: { text: B } }] }, { visible: C }] }]';
    const { log, run } = setUp(steps, { shown: ['A', 'B', 'C'], at: '/y' });
    await run();
    expect(log).toEqual(['click B']);
  });

  it('stores the values that it reads, and passes the key of an authenticator app to the user', async () => {
    const { log, run, secrets } = setUp(
      '[{ read: { test-id: code, into: code } }, { read: { test-id: key, into: totp-secret } }, { fill: { label: Code, value: "${read.code}" } }]',
    );
    await run();
    expect(log).toEqual(['fill Code ABCD code']);
    expect(secrets).toEqual(['ABCDkey']);
  });

  it('names the place of a step that fails, also of one in a sequence', async () => {
    await expect(setUp('[{ fill: { label: Code, value: "${read.code}" } }]').run()).rejects.toThrow(
      'There is no value ${read.code} here (fill, shop.yaml:5)',
    );
  });

  it('reports that the site file has no such word', async () => {
    const { flow } = setUp('[]');
    await expect(flow.run('mfa.totp', {}, new AbortController().signal)).rejects.toThrow(
      'The site file shop.yaml has no word "mfa.totp" under flow',
    );
  });
});
