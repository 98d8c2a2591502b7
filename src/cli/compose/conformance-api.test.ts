/** The cases about the requests of the conformance API, on servers and on targets that have no such API. */
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { createLibraryTarget } from '#conformance/relying-party/library-target.ts';
import { CaseRunner } from '#conformance/relying-party/run-case.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { scoreResults } from '#conformance/relying-party/score.ts';
import { createServerTarget } from '#conformance/relying-party/server-target.ts';
import { selectEntries } from '#conformance/select.ts';
import { createInProcessPortal, type InProcessPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { createReferenceVerifier } from './reference-verifier.ts';
import { suiteEmulator } from './suite-emulator.ts';

const url = 'http://localhost:8080';
const select = (...ids: string[]) => selectEntries(relyingPartyCatalogue, ids);

describe('the requests of the conformance API', () => {
  let portal: InProcessPortal;
  beforeAll(async () => {
    portal = await createInProcessPortal({
      store: openStore(),
      clock: systemClock,
      random: systemRandom,
      origin: url,
      passwordCost: { N: 2, r: 1, p: 1 },
      conformanceApi: true,
    });
  });
  /** Returns a new target for the same server; `change` changes its answers. */
  const open = (change = (_path: string, response: Response): Response => response) =>
    createServerTarget({
      url,
      random: systemRandom,
      clock: systemClock,
      fetch: async (path, init) => change(path, await portal.request(path, init)),
    });

  it('are answered by a server as every case about options demands', async () => {
    const cases = select('api-registration-options', 'api-sign-in-options');
    const results = await runRelyingPartySuite(cases, await open(), suiteEmulator());
    expect(results.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  });

  it('can be tested again on a server that still has the accounts of an earlier run', async () => {
    const cases = select('api-registration-options.exclude', 'session.credential.twice');
    for (let run = 0; run < 2; run += 1) {
      const results = await runRelyingPartySuite(cases, await open(), suiteEmulator());
      expect(results.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    }
  });

  it('show the request and the answer of a finding, which counts with the severity of its rule', async () => {
    const target = await open((path, response) =>
      path.endsWith('/assertion/result') ? Response.json({ status: 'ok', errorMessage: '' }) : response,
    );
    const cases = select('api-results.sign-in.session.none');
    const results = await runRelyingPartySuite(cases, target, suiteEmulator());
    expect(results[0]).toMatchObject({
      verdict: 'fail',
      message: 'Expected a refusal, got {"status":"ok","errorMessage":""}',
      evidence: [
        { name: 'request', text: expect.stringContaining('POST /assertion/result {"id"') },
        { name: 'answer', text: 'HTTP 200 {"status":"ok","errorMessage":""}' },
      ],
    });
    expect(scoreResults(cases, results).mistakes).toMatchObject({ 'account-takeover': 1 });
  });

  it('fail with HTTP status 5xx, also where a refusal is expected', async () => {
    const target = await open((_path, response) =>
      response.status === 415 ? new Response('', { status: 500 }) : response,
    );
    const [result] = await runRelyingPartySuite(
      select('api-requests.registration.content-type.text'),
      target,
      suiteEmulator(),
    );
    expect(result).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('HTTP 500 to POST /attestation/options'),
      outcome: { verdict: 'crashed' },
    });
  });

  it('fail with HTTP status 5xx, also to a valid request before the one that the case is about', async () => {
    const target = await open((path, response) =>
      path.endsWith('/assertion/options') ? new Response('', { status: 503 }) : response,
    );
    const [result] = await runRelyingPartySuite(select('api-sign-in-options.rp-id'), target, suiteEmulator());
    expect(result).toMatchObject({ verdict: 'fail', message: expect.stringContaining('HTTP 503') });
  });

  it('cannot be tested on a server that refuses valid registrations', async () => {
    const target = await open((path, response) =>
      path.endsWith('/attestation/result') ? Response.json({ status: 'failed', errorMessage: 'No' }) : response,
    );
    const [result] = await runRelyingPartySuite(select('api-sign-in-options.rp-id'), target, suiteEmulator());
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      message: 'The server refuses a valid registration: HTTP 200 No',
    });
  });

  it('have no verdict on the form of refusals on a server that accepts invalid requests', async () => {
    const target = await open((path, response) =>
      path.endsWith('/attestation/options') && !response.ok
        ? Response.json({ status: 'ok', errorMessage: '', challenge: 'A'.repeat(300) })
        : response,
    );
    const cases = select('api-requests.registration.username.missing', 'api-requests.registration.failure.http');
    const results = await runRelyingPartySuite(cases, target, suiteEmulator());
    expect(results.map(({ verdict }) => verdict)).toEqual(['fail', 'inconclusive']);
    expect(results[0]?.message).toMatch(/^Expected a refusal, got \{"status":"ok".{1,200}\.\.\.$/);
  });

  it('have no rawId, so that a credential without it is no finding', async () => {
    const cases = select('envelope.raw-id.missing', 'sign-in-envelope.raw-id.missing');
    const results = await runRelyingPartySuite(cases, await open(), suiteEmulator());
    expect(results.map(({ verdict }) => verdict)).toEqual(['not-applicable', 'not-applicable']);
  });

  it('are missing in a library', async () => {
    const library = createLibraryTarget(createReferenceVerifier(), { random: systemRandom, trustAnchors: [] });
    const runner = new CaseRunner(library, suiteEmulator());
    const [first] = select('api-requests');
    expect(first && (await runner.run(first))).toMatchObject({ verdict: 'not-applicable', lacking: 'conformance API' });
  });
});
