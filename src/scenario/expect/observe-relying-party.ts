/** Observes the relying party of a case: what it stores and logs, if Touchstone administers it, and what its pages and requests show. */
import { algorithmName } from '#protocol/cose.ts';
import { type SiteRequest, siteRequests } from '../language/site-words.ts';
import type { Administration } from '../parties/organisation.ts';
import type { RequestLog } from '../parties/site/request-log.ts';
import type { CaseContext } from '../steps/step-context.ts';
import type { ExpectedLine } from './evaluate.ts';
import { type Observation, type ObservedPasskey, Unobservable } from './observation.ts';

type ObservedRelyingParty = Observation['relying-party'];

export async function observeRelyingParty(
  context: CaseContext,
  lines: readonly ExpectedLine[],
): Promise<ObservedRelyingParty> {
  const { administration } = context.organisation;
  const expectsOutcome = lines.some(({ path }) => path === 'relying-party.outcome');
  return {
    ...(administration ? await observeRecords(administration) : notObservable),
    outcome: expectsOutcome ? await context.outcomes.last() : 'none',
    options: observeOptions(context),
    requests: observeRequests(context.site.requests),
    http: context.site.requests.lastStatus ?? null,
  };
}

const notObservable = {
  passkey: new Unobservable('Touchstone cannot read what the site stores'),
  passkeys: new Unobservable('Touchstone cannot read what the site stores'),
  refused: new Unobservable('Touchstone cannot read why the site refuses'),
  'abandoned-credentials': new Unobservable('Touchstone cannot read what the site stores'),
  events: new Unobservable('Touchstone cannot read what the site logs'),
};

async function observeRecords(
  administration: Administration,
): Promise<Pick<ObservedRelyingParty, keyof typeof notObservable>> {
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

/** Returns the options of the last create(), with the defaults of WebAuthn L3 section 5.4. */
function observeOptions({ ceremonies, site }: CaseContext): ObservedRelyingParty['options'] {
  const { creationOptions: options, last } = ceremonies;
  if (!options) return last ? new Unobservable('The client does not report the options') : 'none';
  const { residentKey, requireResidentKey, userVerification, authenticatorAttachment } =
    options.authenticatorSelection ?? {};
  return {
    'rp-id': options.rp.id ?? new URL(site.url).hostname,
    attestation: options.attestation ?? 'none',
    'user-verification': userVerification ?? 'preferred',
    'resident-key': residentKey ?? (requireResidentKey ? 'required' : 'discouraged'),
    attachment: authenticatorAttachment ?? 'any',
    algorithms: options.pubKeyCredParams.map(({ alg }) => algorithmName(alg) ?? String(alg)),
    timeout: options.timeout ?? null,
    'exclude-credentials': options.excludeCredentials?.length ?? 0,
    hints: options.hints ?? [],
    extensions: Object.keys(options.extensions ?? {}),
  };
}

function observeRequests(requests: RequestLog): ObservedRelyingParty['requests'] {
  const names = Object.keys(siteRequests) as SiteRequest[];
  return Object.fromEntries(
    names.map((name) => {
      const answer = requests.answered(name);
      if (!requests.knows(name)) return [name, new Unobservable(`The site file does not say which request is ${name}`)];
      if (!answer) return [name, requests.isPending(name) ? 'no answer' : 'never sent'];
      return [name, { status: answer.status, within: answer.durationMs }];
    }),
  ) as ObservedRelyingParty['requests'];
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
