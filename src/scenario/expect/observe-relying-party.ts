/** Observes the relying party of a case: what it stores and logs, if Touchstone administers it, and what its pages and requests show. */
import { algorithmName } from '#protocol/cose.ts';
import type { Administration } from '../parties/organisation.ts';
import type { StepContext } from '../steps/step-context.ts';
import { type Observation, type ObservedPasskey, Unobservable } from './observation.ts';

type ObservedRelyingParty = Observation['relying-party'];

export async function observeRelyingParty({ organisation, site }: StepContext): Promise<ObservedRelyingParty> {
  const { administration } = organisation;
  return {
    ...(administration ? await observeRecords(administration) : notObservable),
    http: site.requests.lastStatus ?? null,
  };
}

const notObservable = {
  passkey: new Unobservable('The site does not tell what it stores'),
  passkeys: new Unobservable('The site does not tell what it stores'),
  refused: new Unobservable('The site does not tell its reasons'),
  'abandoned-credentials': new Unobservable('The site does not tell what it stores'),
  events: new Unobservable('The site does not tell what it logs'),
};

async function observeRecords(administration: Administration): Promise<Omit<ObservedRelyingParty, 'http'>> {
  const passkeys = await administration.passkeys();
  const events = await administration.events();
  const newest = passkeys.findLast(({ provisioned }) => !provisioned);
  return {
    passkey: newest ? toObservedPasskey(newest) : 'none',
    passkeys: passkeys.length,
    refused: events.findLast(({ detail }) => typeof detail.reason === 'string')?.detail.reason?.toString() ?? null,
    'abandoned-credentials': (await administration.abandonedCredentials()).length,
    events: events.map(({ event }) => event),
  };
}

type StoredPasskey = Awaited<ReturnType<Administration['passkeys']>>[number];

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
