/** The conformance API of the portal, and the target that uses it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { createServerTarget } from '#conformance/relying-party/server-target.ts';
import type { RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { selectEntries } from '#conformance/select.ts';
import { createInProcessPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { emulatorTrustAnchors } from './emulator-catalogue.ts';
import { suiteEmulator } from './suite-emulator.ts';

const url = 'http://localhost:8080';

async function createPortal(conformanceApi: boolean) {
  return createInProcessPortal({
    store: openStore(),
    clock: systemClock,
    random: systemRandom,
    origin: url,
    passwordCost: { N: 2, r: 1, p: 1 },
    trustAnchors: emulatorTrustAnchors(),
    conformanceApi,
  });
}

describe('the target of a server with the conformance API', () => {
  let target: RelyingPartyTarget;
  beforeAll(async () => {
    const portal = await createPortal(true);
    target = await createServerTarget({
      url,
      random: systemRandom,
      clock: systemClock,
      fetch: (path, init) => portal.request(path, init),
    });
  });

  it('reads the algorithms from the options', () => {
    expect(target.algorithms).toEqual([-7, -8, -257]);
  });

  it('passes the cases of a conforming server, also those of sessions', async () => {
    const cases = selectEntries(relyingPartyCatalogue, [
      'client-data.origin',
      'session.challenge.twice',
      'session.challenge.other-session',
      'session.credential.twice',
      'sign-in-session.challenge.twice',
      'sign-in.user-handle',
      'sign-in-authenticator-data.counter',
      'credential-id',
      'authenticator-data.policy',
      'sign-in-authenticator-data.policy',
    ]);
    const results = await runRelyingPartySuite(cases, target, suiteEmulator());
    expect(results.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  });

  it('counts HTTP 500 as a crash', async () => {
    const portal = await createPortal(true);
    const broken = await createServerTarget({
      url,
      random: systemRandom,
      clock: systemClock,
      fetch: async (path, init) => {
        const response = await portal.request(path, init);
        return path.endsWith('/attestation/result') && response.status >= 400
          ? new Response('', { status: 500 })
          : response;
      },
    });
    const [result] = await runRelyingPartySuite(
      selectEntries(relyingPartyCatalogue, ['client-data.origin.other']),
      broken,
      suiteEmulator(),
    );
    expect(result).toMatchObject({ verdict: 'fail', outcome: { verdict: 'crashed' } });
  });
});

it('the accounts of the conformance API have no password, so that none has to be hashed', async () => {
  const portal = await createPortal(true);
  for (const username of ['a', 'b'])
    await portal.request(`${url}/attestation/options`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username }),
    });
  const [a, b] = await portal.directory.users();
  expect(a?.passwordHash).toBeDefined();
  expect(a?.passwordHash).toBe(b?.passwordHash);
});

it('a portal without the option does not serve the conformance API', async () => {
  const portal = await createPortal(false);
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"username":"a"}' };
  const response = await portal.request(`${url}/attestation/options`, init);
  expect(response.status).toBeGreaterThanOrEqual(400);
});

describe('the user verification that a request of the conformance API asks for', () => {
  async function requestBoth(requested?: unknown) {
    const portal = await createPortal(true);
    const post = async (path: string, body: object) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const response = await portal.request(`${url}/${path}`, init);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const registration = await post('attestation/options', {
      username: 'a',
      authenticatorSelection: { userVerification: requested },
    });
    if (registration.status !== 200) await post('attestation/options', { username: 'a' });
    return { registration, signIn: await post('assertion/options', { username: 'a', userVerification: requested }) };
  }

  it.each(['required', 'preferred', 'discouraged'])('is in the options: %s', async (requested) => {
    const { registration, signIn } = await requestBoth(requested);
    expect(registration.body.authenticatorSelection).toMatchObject({ userVerification: requested });
    expect(signIn.body).toMatchObject({ userVerification: requested });
  });

  it('is that of the policy when the request has none', async () => {
    const { registration, signIn } = await requestBoth();
    expect(registration.body.authenticatorSelection).toMatchObject({ userVerification: 'required' });
    expect(signIn.body).toMatchObject({ userVerification: 'required' });
  });

  it.each(['always', 1, null])('is refused when the specification does not define it: %j', async (requested) => {
    const { registration, signIn } = await requestBoth(requested);
    expect(registration).toMatchObject({
      status: 400,
      body: { status: 'failed', errorMessage: expect.stringContaining('authenticatorSelection.userVerification') },
    });
    expect(signIn).toMatchObject({
      status: 400,
      body: { status: 'failed', errorMessage: expect.stringContaining('userVerification') },
    });
  });
});
