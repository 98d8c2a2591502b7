/** A server whose settings the suite replaces: the cases about roots, metadata and policies on the conformance API of the portal. */
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { openConfiguredTarget } from '#conformance/relying-party/configured-target.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { sampleCases } from '#conformance/relying-party/sample.ts';
import {
  type ConfigureServer,
  type ServerDescription,
  type SettingsDocument,
  SettingsRefused,
  SettingsUnsupported,
} from '#conformance/relying-party/server-configuration.ts';
import { createServerTarget } from '#conformance/relying-party/server-target.ts';
import { findMissingSupport } from '#conformance/relying-party/support.ts';
import type { RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { selectEntries } from '#conformance/select.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { createInProcessPortal, type InProcessPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { emulatorTrustAnchors } from './emulator-catalogue.ts';
import { suiteEmulator } from './suite-emulator.ts';

const url = 'http://localhost:8080';
const trustAnchors = emulatorTrustAnchors();

const createPortal = (): Promise<InProcessPortal> =>
  createInProcessPortal({
    store: openStore(),
    clock: systemClock,
    random: systemRandom,
    origin: url,
    passwordCost: quickScrypt,
    trustAnchors,
    conformanceApi: true,
  });

const openServer = (portal: InProcessPortal) =>
  createServerTarget({
    url,
    random: systemRandom,
    clock: systemClock,
    fetch: (path, init) => portal.request(path, init),
  });

const sendSettings = (portal: InProcessPortal, settings: unknown) =>
  portal.request(`${url}/conformance/settings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });

async function configurePortal(portal: InProcessPortal, settings: SettingsDocument | null): Promise<undefined> {
  const response = await sendSettings(portal, settings);
  if (response.status !== 204) throw new UnavailableError(await response.text());
}

/** Opens the portal as a target. `configure` may stand in the way of the settings. */
async function openPortal(
  configure: (settings: SettingsDocument, forward: ConfigureServer) => Promise<ServerDescription | undefined> = (
    settings,
    forward,
  ) => forward(settings),
): Promise<RelyingPartyTarget> {
  const portal = await createPortal();
  const forward: ConfigureServer = (settings) => configurePortal(portal, settings);
  const { target } = await openConfiguredTarget(() => openServer(portal), {
    configure: (settings) => (settings ? configure(settings, forward) : forward(settings)),
    trustAnchors,
  });
  return target;
}

const run = (target: RelyingPartyTarget, ...ids: string[]) =>
  runRelyingPartySuite(selectEntries(relyingPartyCatalogue, ids), target, suiteEmulator());

describe('a server that is configured for each case', () => {
  let plain: RelyingPartyTarget;
  let configured: RelyingPartyTarget;
  beforeAll(async () => {
    plain = await openServer(await createPortal());
    configured = await openPortal();
  });

  it('runs the cases that need other roots, metadata, policies or algorithms, and passes them', async () => {
    const cases = relyingPartyCatalogue.filter((one) => findMissingSupport(one, plain) !== undefined);
    const added = cases.filter((one) => findMissingSupport(one, configured) === undefined);
    expect(added.length).toBeGreaterThan(220);
    const sample = sampleCases(added, configured, 40);
    const results = await runRelyingPartySuite(sample, configured, suiteEmulator());
    expect(results.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  });

  it('states why the cases do not run on a server that is not configured', () => {
    const reasonOf = (id: string) => {
      const [one] = selectEntries(relyingPartyCatalogue, [id]);
      return one && findMissingSupport(one, plain)?.reason;
    };
    expect(reasonOf('chain.order.reversed')).toBe(`The suite does not know which roots ${url} trusts`);
    expect(reasonOf('metadata-blob.signature.bit')).toBe(`The suite cannot give metadata to ${url}`);
    expect(reasonOf('policy.models.denied')).toBe(`The suite cannot give a policy about models to ${url}`);
    expect(reasonOf('fido-u2f.credential-key.p384')).toBe(`${url} does not support ES384`);
  });

  it('leaves out cases that no setting makes possible, with the reason', () => {
    const missing = relyingPartyCatalogue.flatMap((one) => findMissingSupport(one, configured)?.reason ?? []);
    expect([...new Set(missing)].sort()).toEqual([
      `The clock of ${url} cannot be advanced`,
      'The credential of the conformance API has no rawId',
      `${url} takes no challenge from a test vector`,
    ]);
  });
});

describe('the settings of a server', () => {
  it('are sent when they differ from those in force, with what the case is about', async () => {
    const sent: SettingsDocument[] = [];
    const target = await openPortal(async (settings, forward) => {
      sent.push(settings);
      return forward(settings);
    });
    await run(target, 'chain.control', 'policy.models.denied', 'metadata-blob.list.control-empty');
    const summary = sent.map(({ attestation, policy, metadata }) => [
      attestation,
      policy ?? metadata?.revocationLists.length,
    ]);
    expect(summary).toEqual([
      ['optional', undefined], // to open the server
      ['required', undefined], // all cases of the chain, and the control of the policy
      ['required', 0], // the control of the case with a list
      ['required', 1],
      ['required', { denied: [expect.stringMatching(/^[\da-f-]{36}$/)] }],
    ]);
  });

  it('are those of the opening for requests of the conformance API, whatever the case before needs', async () => {
    const sent: SettingsDocument[] = [];
    const target = await openPortal(async (settings, forward) => {
      sent.push(settings);
      return forward(settings);
    });
    await run(target, 'policy.models.denied');
    const send = target.conformanceApi?.openSession();
    await send?.({ path: 'attestation/options', body: '{}' });
    await send?.({ path: 'attestation/options', body: '{}' });
    expect(sent.at(-2)).toHaveProperty('policy');
    expect(sent.at(-1)).toEqual(sent[0]);
  });

  it('are checked: a server that ignores them fails', async () => {
    const target = await openPortal(async ({ attestation, trustAnchors, algorithms }, forward) =>
      forward({ attestation, trustAnchors, algorithms }),
    );
    const results = await run(target, 'policy.models.denied', 'metadata-blob.signature.bit', 'metadata.status.revoked');
    expect(new Set(results.map(({ verdict }) => verdict))).toEqual(new Set(['fail']));
  });

  it('make a case not applicable when the server does not have them', async () => {
    const target = await openPortal(async (settings, forward) => {
      if (settings.metadata) throw new SettingsUnsupported('The server uses no metadata');
      return forward(settings);
    });
    const results = await run(target, 'metadata-blob.signature.bit', 'policy.models.denied');
    expect(results).toMatchObject([
      { verdict: 'not-applicable', message: 'The server uses no metadata' },
      { verdict: 'pass' },
    ]);
  });

  it('include the formats of the server, if its owner names them', async () => {
    const target = await openPortal(async (settings, forward) => {
      await forward(settings);
      return settings.policy ? undefined : { formats: ['packed', 'none'] };
    });
    const [tpm, packed] = await run(target, 'tpm.ver.missing', 'policy.models.denied');
    expect(tpm).toMatchObject({ verdict: 'not-applicable', message: `${url} does not verify the format tpm` });
    expect(packed).toMatchObject({ verdict: 'pass' });
  });

  it('are refused like a registration when the metadata is not valid', async () => {
    const valid: string[] = [];
    const target = await openPortal(async (settings, forward) => {
      const { blob } = settings.metadata ?? {};
      valid.push(...(blob !== undefined && valid.length === 0 ? [blob] : []));
      if (blob !== undefined && blob !== valid[0]) throw new SettingsRefused('The server cannot use the BLOB');
      return forward(settings);
    });
    const results = await run(target, 'metadata-blob.chain.control-root', 'metadata-blob.signature.bit');
    expect(results).toMatchObject([
      { verdict: 'fail', message: expect.stringContaining('Expected acceptance') },
      { verdict: 'pass', outcome: { verdict: 'refused', detail: 'The server cannot use the BLOB' } },
    ]);
  });

  it('make a case inconclusive when they cannot be changed, or when the server refuses a policy', async () => {
    for (const error of [new UnavailableError('The command ended with exit code 1'), new SettingsRefused('No')]) {
      const target = await openPortal(async (settings, forward) => {
        if (settings.policy) throw error;
        return forward(settings);
      });
      const [result] = await run(target, 'policy.models.denied');
      expect(result).toMatchObject({ verdict: 'inconclusive', message: error.message });
    }
  });

  it('are sent again after a failure', async () => {
    let calls = 0;
    const target = await openPortal(async (settings, forward) => {
      if (settings.policy && ++calls === 1) throw new UnavailableError('The server is being restarted');
      return forward(settings);
    });
    const results = await run(target, 'policy.synced.denied', 'policy.synced.denied-not-backed-up');
    expect(results.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'pass']);
  });

  it('are restored at the end', async () => {
    const portal = await createPortal();
    const configure: ConfigureServer = (settings) => configurePortal(portal, settings);
    const algorithms = async () => (await openServer(portal)).algorithms;
    const own = await algorithms();
    {
      await using _configured = await openConfiguredTarget(() => openServer(portal), { configure, trustAnchors });
      expect(await algorithms()).not.toEqual(own);
    }
    expect(await algorithms()).toEqual(own);
  });

  it('are reset when the server returns no options', async () => {
    const given: (SettingsDocument | null)[] = [];
    const configure: ConfigureServer = async (settings) => void given.push(settings);
    const failing = async () => {
      throw new UnavailableError('The server gives no options');
    };
    await expect(openConfiguredTarget(failing, { configure, trustAnchors })).rejects.toThrow('gives no options');
    expect(given).toEqual([expect.anything(), null]);
  });

  it('end the run when the first ones cannot be applied', async () => {
    const failing = openPortal(async () => {
      throw new SettingsUnsupported('There is no such file');
    });
    await expect(failing).rejects.toThrow('Cannot configure the server: There is no such file');
  });
});

describe('the settings of the conformance API of the portal', () => {
  const settings = { attestation: 'required', algorithms: [-7], trustAnchors: [] };
  const withMetadata = (members: object) => ({
    ...settings,
    metadata: { blob: '', roots: [], revocationLists: [], previousNumber: 0, ...members },
  });

  it('do not change the policy of the portal', async () => {
    const portal = await createPortal();
    const before = await portal.directory.policy();
    expect((await sendSettings(portal, settings)).status).toBe(204);
    expect(await portal.directory.policy()).toEqual(before);
  });

  it('are refused from a page of another site, which can send text without a preflight request', async () => {
    const portal = await createPortal();
    const init = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify(settings) };
    expect((await portal.request(`${url}/conformance/settings`, init)).status).toBe(415);
  });

  it.each([
    ['no JSON', undefined, 'expected object'],
    ['an unknown member', { ...settings, roots: [] }, 'roots'],
    ['something else than a certificate', { ...settings, trustAnchors: ['AAAA'] }, 'Expected a certificate in DER'],
    ['metadata without roots', { ...settings, metadata: { blob: '' } }, 'metadata.roots'],
    ['something else than a root', withMetadata({ roots: ['MAA'] }), 'Expected a certificate in DER'],
    [
      'something else than a revocation list',
      withMetadata({ revocationLists: ['MAA'] }),
      'Expected a certificate revocation list in DER',
    ],
  ])('are refused when they have %s', async (_, document, message) => {
    const response = await sendSettings(await createPortal(), document);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(message);
  });
});
