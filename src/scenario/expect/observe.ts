/** Observes each party of a case after its steps. */
import { toBase64url } from '#base/bytes.ts';
import { algorithmName } from '#protocol/cose.ts';
import type { WireExchange } from '#result/transcript.ts';
import type { StepContext } from '../steps/step-context.ts';
import { type Observation, type ObservedPasskey, Unobservable } from './observation.ts';

export async function observe(context: StepContext, wire: readonly WireExchange[]): Promise<Observation> {
  const relyingParty = await observeRelyingParty(context);
  return {
    'relying-party': relyingParty,
    authenticator: await observeKey(context),
    browser: observeBrowser(context),
    wire,
    ui: await context.site.observe(),
  };
}

async function observeRelyingParty({ organisation, site }: StepContext): Promise<Observation['relying-party']> {
  const passkeys = (await organisation.passkeys()).filter(({ provisioned }) => !provisioned);
  const events = await organisation.events();
  const newest = passkeys.at(-1);
  return {
    passkey: newest ? toObservedPasskey(newest) : 'none',
    passkeys: (await organisation.passkeys()).length,
    refused: events.findLast(({ detail }) => typeof detail.reason === 'string')?.detail.reason?.toString() ?? null,
    http: site.lastStatus ?? null,
    'abandoned-credentials': (await organisation.abandonedCredentials()).length,
    events: events.map(({ event }) => event),
  };
}

type StoredPasskey = Awaited<ReturnType<StepContext['organisation']['passkeys']>>[number];

const attachments: Partial<Record<StoredPasskey['kind'], string>> = {
  'security-key': 'cross-platform',
  'this-device': 'platform',
};

function toObservedPasskey(passkey: StoredPasskey): ObservedPasskey {
  return {
    name: passkey.name,
    aaguid: passkey.aaguid,
    fmt: passkey.attestation.fmt,
    attestation: passkey.attestation.type,
    chain: passkey.attestation.chain,
    attachment: attachments[passkey.kind] ?? null,
    uv: passkey.userVerified,
    discoverable: passkey.discoverable,
    'backup-eligible': passkey.backupEligible,
    'backed-up': passkey.backedUp,
    transports: passkey.transports,
    alg: algorithmName(passkey.algorithm) ?? String(passkey.algorithm),
    'sign-count': passkey.signCount,
  };
}

async function observeKey({ key, organisation }: StepContext): Promise<Observation['authenticator']> {
  const { pin, pinRetries, needsPowerCycle, credentials } = await key.observe();
  const known = new Set((await organisation.passkeys()).map(({ credentialId }) => credentialId));
  const discoverable = credentials?.filter((credential) => credential.discoverable);
  const abandoned = discoverable?.filter(({ credentialId }) => !known.has(toBase64url(credentialId)));
  const notReported = new Unobservable('The key does not report this');
  return {
    pin: pin ?? notReported,
    'pin-retries': pinRetries ?? notReported,
    'needs-power-cycle': needsPowerCycle ?? notReported,
    credentials: discoverable?.length ?? notReported,
    'abandoned-credentials': abandoned?.length ?? notReported,
  };
}

function observeBrowser({ ceremonies: { last } }: StepContext): Observation['browser'] {
  return { error: last?.error ?? 'none', within: last?.durationMs ?? null, transports: last?.transports ?? null };
}
