/** Servers whose answers to invalid responses are no refusals: none of them passes a case. */
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import type { Fetch } from '#conformance/relying-party/conformance-api/exchange.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { createServerTarget } from '#conformance/relying-party/server-target.ts';
import { selectEntries } from '#conformance/select.ts';
import { createInProcessPortal, type InProcessPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { emulatorTrustAnchors } from './emulator-catalogue.ts';
import { suiteEmulator } from './suite-emulator.ts';

const url = 'http://localhost:8080';
let portal: InProcessPortal;

beforeAll(async () => {
  portal = await createInProcessPortal({
    store: openStore(),
    clock: systemClock,
    random: systemRandom,
    origin: url,
    passwordCost: { N: 2, r: 1, p: 1 },
    trustAnchors: emulatorTrustAnchors(),
    conformanceApi: true,
  });
});

const openTarget = (fetch: Fetch) => createServerTarget({ url, random: systemRandom, clock: systemClock, fetch });

async function runCases(ids: readonly string[], fetch: Fetch) {
  const results = await runRelyingPartySuite(
    selectEntries(relyingPartyCatalogue, ids),
    await openTarget(fetch),
    suiteEmulator(),
  );
  return results.map(({ id, verdict, message }) => ({ id, verdict, message }));
}

/** Returns the portal, which gives another answer where it refuses a response. */
const answeringRefusalsWith =
  (answer: () => Response): Fetch =>
  async (path, init) => {
    const response = await portal.request(path, init);
    return path.endsWith('/result') && response.status >= 400 ? answer() : response;
  };

describe('a refusal', () => {
  it.each([
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['nothing', () => new Response(null, { status: 204 })],
    ['a redirect', () => new Response(null, { status: 303, headers: { location: '/login' } })],
    ['HTTP 404', () => new Response('not found', { status: 404 })],
    ['HTTP 429', () => Response.json({ status: 'failed', errorMessage: 'slow down' }, { status: 429 })],
    ['HTTP 400 with the status ok', () => Response.json({ status: 'ok', errorMessage: '' }, { status: 400 })],
    ['JSON without a status', () => Response.json({})],
    ['bytes that are not UTF-8', () => new Response(Uint8Array.of(0xff, 0xfe))],
  ])('is not %s', async (_, answer) => {
    const cases = ['client-data.origin.other', 'sign-in.signature.bit', 'api-results.sign-in.body.empty'];
    const results = await runCases(cases, answeringRefusalsWith(answer));
    expect(results.map(({ verdict }) => verdict)).not.toContain('pass');
  });
});

it('a server that refuses everything after an invalid sign-in does not pass its case', async () => {
  let refuses = false;
  const fetch: Fetch = async (path, init) => {
    const refused = () => Response.json({ status: 'failed', errorMessage: 'locked' }, { status: 400 });
    if (path.endsWith('/assertion/result') && refuses) return refused();
    const response = await portal.request(path, init);
    refuses ||= path.endsWith('/assertion/result') && response.status >= 400;
    return response;
  };
  expect(await runCases(['sign-in.signature.bit'], fetch)).toEqual([
    {
      id: 'sign-in.signature.bit',
      verdict: 'fail',
      message: 'Expected an honest sign-in afterwards to be accepted, got refused: HTTP 400 locked',
    },
  ]);
});

it('a server that stores what it refuses, and does not list it, does not pass', async () => {
  /** The portal, which says that it refuses responses with an unknown member, and lists no credentials. */
  const fetch: Fetch = async (path, init) => {
    const response = await portal.request(path, init);
    const { headers } = response; // with the cookie of the session
    if (path.endsWith('/attestation/options')) {
      return Response.json({ ...((await response.json()) as object), excludeCredentials: [] }, { headers });
    }
    const isUnusual = path.endsWith('/attestation/result') && String(init.body).includes('"unknownMember"');
    return isUnusual
      ? Response.json({ status: 'failed', errorMessage: 'unusual' }, { status: 400, headers })
      : response;
  };
  const target = await openTarget(fetch);
  // The portal accepts unknown members, and stores the credential.
  const cases = selectEntries(relyingPartyCatalogue, ['envelope.member.unknown']).map((one) => ({
    ...one,
    expected: 'refuse' as const,
  }));
  expect(await runRelyingPartySuite(cases, target, suiteEmulator())).toMatchObject([
    { verdict: 'fail', message: 'Expected nothing to be stored after the refusal, but the credential can sign in' },
  ]);
});

it('a server that stores an id which the authenticator did not sign does not pass', async () => {
  let sent = '';
  /** Accepts every registration, and lists the id in its JSON. */
  const fetch: Fetch = async (path, init) => {
    if (path.endsWith('/attestation/result')) {
      sent = (JSON.parse(String(init.body)) as { id: string }).id;
      return Response.json({ status: 'ok', errorMessage: '' });
    }
    const response = await portal.request(path, init);
    const { headers } = response; // with the cookie of the session
    const excludeCredentials = [{ type: 'public-key', id: sent }];
    return Response.json({ ...((await response.json()) as object), excludeCredentials }, { headers });
  };
  const [result] = await runCases(['credential-id.id.other'], fetch);
  expect(result?.verdict).toBe('fail');
  expect(result?.message).toMatch(
    /^Expected the id that the authenticator signed to be stored, .*, found AAAAAAAAAAAAAAAAAAAAAA$/,
  );
});

describe('options', () => {
  /** Returns the portal, whose options for a registration have other members. */
  const withMembers =
    (members: Record<string, unknown>): Fetch =>
    async (path, init) => {
      const response = await portal.request(path, init);
      if (!path.endsWith('/attestation/options')) return response;
      const { headers } = response; // with the cookie of the session
      return Response.json({ ...((await response.json()) as object), ...members }, { headers });
    };

  it.each([[[null, 7, { type: 'public-key', alg: -7 }]], [[null]], [[]], [undefined]])(
    'may have the algorithms %j',
    async (pubKeyCredParams) => {
      const results = await runCases(['client-data.origin.other'], withMembers({ pubKeyCredParams }));
      expect(results).toMatchObject([{ verdict: 'pass' }]);
    },
  );

  it.each([
    [{ user: undefined }, 'Expected text in user.id of the options, got nothing'],
    [{ user: { id: 7 } }, 'Expected text in user.id of the options, got 7'],
    [{ challenge: 7 }, 'Expected text in challenge of the options, got 7'],
    [{ status: 'success' }, 'The server gives no options: HTTP 200 with the status "success"'],
  ])('with %j cannot be used', async (members, message) => {
    await expect(openTarget(withMembers(members))).rejects.toThrow(message);
  });
});
