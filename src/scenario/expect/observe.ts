/** Looks at each party of a finished case. */
import { toBase64url } from '#base/bytes.ts';
import { algorithmName } from '#protocol/cose.ts';
import type { WireExchange } from '#result/transcript.ts';
import type { World } from '../steps/step-context.ts';
import { type Observation, type ObservedPasskey, Unobservable } from './observation.ts';

export async function observe(world: World, wire: readonly WireExchange[]): Promise<Observation> {
  const relyingParty = await observeRelyingParty(world);
  return {
    'relying-party': relyingParty,
    authenticator: await observeKey(world),
    browser: observeBrowser(world),
    wire,
    ui: await world.site.observe(),
  };
}

async function observeRelyingParty({ organisation, site }: World): Promise<Observation['relying-party']> {
  const passkeys = (await organisation.passkeys()).filter(({ provisioned }) => !provisioned);
  const events = await organisation.events();
  const newest = passkeys.at(-1);
  return {
    passkey: newest ? summary(newest) : 'none',
    passkeys: (await organisation.passkeys()).length,
    refused: events.findLast(({ detail }) => typeof detail.reason === 'string')?.detail.reason?.toString() ?? null,
    http: site.lastStatus ?? null,
    orphans: (await organisation.orphans()).length,
    events: events.map(({ event }) => event),
  };
}

type StoredPasskey = Awaited<ReturnType<World['organisation']['passkeys']>>[number];

function summary(passkey: StoredPasskey): ObservedPasskey {
  return {
    name: passkey.name,
    aaguid: passkey.aaguid,
    fmt: passkey.attestation.fmt,
    attestation: passkey.attestation.type,
    chain: passkey.attestation.chain,
    attachment: passkey.kind === 'security-key' ? 'cross-platform' : passkey.kind === 'this-device' ? 'platform' : null,
    uv: passkey.userVerified,
    discoverable: passkey.discoverable,
    'backup-eligible': passkey.backupEligible,
    'backed-up': passkey.backedUp,
    transports: passkey.transports,
    alg: algorithmName(passkey.algorithm) ?? String(passkey.algorithm),
    'sign-count': passkey.signCount,
  };
}

async function observeKey({ key, organisation }: World): Promise<Observation['authenticator']> {
  const { pin, pinRetries, needsPowerCycle, credentials } = await key.observe();
  const known = new Set((await organisation.passkeys()).map(({ credentialId }) => credentialId));
  const kept = credentials?.filter(({ discoverable }) => discoverable);
  const untold = new Unobservable('the key does not tell');
  return {
    pin: pin ?? untold,
    'pin-retries': pinRetries ?? untold,
    'needs-power-cycle': needsPowerCycle ?? untold,
    credentials: kept?.length ?? untold,
    orphans: kept?.filter(({ credentialId }) => !known.has(toBase64url(credentialId))).length ?? untold,
  };
}

function observeBrowser({ ceremonies: { last } }: World): Observation['browser'] {
  return { error: last?.error ?? 'none', within: last?.durationMs ?? null, transports: last?.transports ?? null };
}
