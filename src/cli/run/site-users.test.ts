/** Cases with users from storage states and hooks, on a site that the test serves, in a real browser. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defined } from '#base/testing/defined.ts';
import { createMask, maskDeep } from '#result/mask.ts';
import type { CaseResult } from '#result/run-result.ts';
import type { CaseOutcome } from '#scenario/run/run-case.ts';
import { openCases, resultOf } from '../testing/cases-in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-users-'));

interface Received {
  request: string;
  body: unknown;
  header: string | undefined;
}
const received: Received[] = [];

/** Answers a request: creates and deletes users, and shows who is signed in according to the cookie. */
async function answer(request: IncomingMessage): Promise<{ status: number; body: string; type?: string }> {
  const { method = '', url = '', headers } = request;
  const body = await text(request);
  if (method !== 'GET')
    received.push({
      request: `${method} ${url}`,
      body: JSON.parse(body || 'null'),
      header: headers['x-hook']?.toString(),
    });
  if (url === '/broken') return { status: 500, body: 'The database is down' };
  if (method === 'PUT')
    return {
      status: 201,
      body: JSON.stringify({ name: 'eve', password: 'pw of eve', 'storage-state': stateOf('eve') }),
    };
  if (method === 'DELETE') return { status: 204, body: '' };
  const user = /user=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? 'no user';
  return { status: 200, type: 'text/html', body: `<h1>Account</h1><p>Signed in as ${user}</p>` };
}
const server = createServer((request, response) => {
  answer(request).then(({ status, body, type = 'application/json' }) =>
    response.writeHead(status, { 'content-type': type }).end(body),
  );
});

/** Playwright's storageState of a signed-in user. */
const stateOf = (user: string) => ({
  cookies: [
    {
      name: 'user',
      value: user,
      domain: 'localhost',
      path: '/',
      expires: -1,
      httpOnly: true,
      secure: false,
      sameSite: 'Lax',
    },
  ],
  origins: [],
});

/** `${name}` in a site file. */
const value = (name: string) => `\${${name}}`;

/** Site files by name, without what they have in common. */
const sites = {
  file: 'user: { name: adele, storage-state: states/adele.json }',
  hook: [
    'before:',
    `  request: { url: /users, method: PUT, headers: { x-hook: "for ${value('site.url')}" }, json: { plan: [trial, 7], by: "${value('site.url')}" } }`,
    '  provides: [name, password, storage-state]',
    `after: { request: { url: "/users/${value('user.name')}", method: DELETE, json: { password: "${value('user.password')}" } } }`,
  ].join('\n'),
  'after-fails': 'user: { name: adele, storage-state: states/adele.json }\nafter: { request: { url: /broken } }',
  'before-fails': 'before: { request: { url: /broken } }',
  'no-state':
    'user: { name: adele, storage-state: states/bob.json }\nafter: { request: { url: /users/adele, method: DELETE } }',
};
const expectations: Partial<Record<string, string>> = { hook: 'Signed in as eve' };

let url = '';
let cases: CaseResult[];
/** What a report masks. */
let secrets: string[];
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
  mkdirSync(join(folder, 'states'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'states/adele.json'), JSON.stringify(stateOf('adele')));
  for (const [name, keys] of Object.entries(sites)) {
    writeFileSync(
      join(folder, `${name}.site.yaml`),
      `id: ${name}\nurl: ${url}\n${keys}\nflow: { open-security-info: [{ open: /account }] }\n`,
    );
    writeFileSync(join(folder, `${name}.scenario.yaml`), scenario(name, [expectations[name] ?? 'Signed in as adele']));
  }
  writeFileSync(join(folder, 'both-fail.scenario.yaml'), scenario('both-fail', ['Welcome'], 'after-fails'));
  const names = [...Object.keys(sites), 'both-fail'].map((name) => `${name}.scenario.yaml`);
  const files = names.map((name) => join(folder, name));
  await using opened = await openCases(files, { root: folder });
  const outcomes: CaseOutcome[] = [];
  for (const id of opened.ids) outcomes.push(await opened.run(id));
  cases = outcomes.map(resultOf);
  secrets = outcomes.flatMap((outcome) => outcome.secrets);
}, 60_000);
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const scenario = (id: string, texts: string[], site = id) =>
  [
    `id: ${id}\ntitle: The page shows who is signed in`,
    `relying-party: { site: ${site}.site.yaml }`,
    `timeout: { step: 3s }`,
    `steps: [open-security-info, { see: ${JSON.stringify(texts)} }]\n`,
  ].join('\n');

const caseOf = (id: string) => defined(cases.find((one) => one.id === id));
const messageOf = (id: string) => caseOf(id).failures[0]?.message ?? '';
const requestsOf = (request: string) => received.filter((one) => one.request === request);

describe('a user of a site', () => {
  it('is signed in with the storage state in a file, relative to the site file', () => {
    expect(caseOf('file').verdict).toBe('passed');
  });

  it('comes from an HTTP request with headers and a body, which also returns a storage state', () => {
    expect(caseOf('hook').verdict).toBe('passed');
    expect(requestsOf('PUT /users')).toEqual([
      { request: 'PUT /users', body: { plan: ['trial', 7], by: url }, header: `for ${url}` },
    ]);
  });

  it('is deleted by the after hook, which gets what the before hook has returned', () => {
    expect(requestsOf('DELETE /users/eve')).toMatchObject([{ body: { password: 'pw of eve' } }]);
  });

  it('has no passwords in the report', () => {
    const reported = maskDeep(cases, createMask({ secrets }));
    expect(JSON.stringify(reported)).not.toContain('pw of eve');
  });

  it('cannot be used if its storage state cannot be read, but the after hook runs', () => {
    expect(caseOf('no-state').verdict).toBe('errored');
    expect(messageOf('no-state')).toMatch(
      /^InfrastructureError: Cannot use the storage state states\/bob\.json: no such file$/m,
    );
    expect(requestsOf('DELETE /users/adele')).toHaveLength(1);
  });
});

describe('a hook that fails', () => {
  const failure = 'hook of the site failed (POST /broken): Status 500: The database is down';

  it('before a case is an error of the infrastructure', () => {
    expect(caseOf('before-fails').verdict).toBe('errored');
    expect(messageOf('before-fails')).toContain(`InfrastructureError: The before ${failure}`);
  });

  it('after a case that passed is an error of the infrastructure, and the record of the case stays', () => {
    const { verdict, steps, events } = caseOf('after-fails');
    expect(verdict).toBe('errored');
    expect(messageOf('after-fails')).toContain(`InfrastructureError: The after ${failure}`);
    expect(steps.map(({ title, verdict }) => `${verdict} ${title}`)).toEqual([
      'passed open-security-info',
      'passed see: ["Signed in as adele"]',
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'clean-up.failed', detail: { problem: `The after ${failure}` } }),
    );
  });

  it('after a case that failed does not hide its failure', () => {
    const { verdict, steps, events } = caseOf('both-fail');
    expect(verdict).toBe('failed');
    expect(messageOf('both-fail')).toContain('ScenarioFailure: see: ');
    expect(steps.map(({ verdict }) => verdict)).toEqual(['passed', 'failed']);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'clean-up.failed', detail: { problem: `The after ${failure}` } }),
    );
  });
});
