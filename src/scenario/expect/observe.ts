/** Observes each party of a case after its steps. */
import { toBase64url } from '#base/bytes.ts';
import type { WireExchange } from '#result/transcript.ts';
import type { KeyState } from '../parties/key-under-test.ts';
import type { Organisation } from '../parties/organisation.ts';
import type { CaseContext } from '../steps/step-context.ts';
import type { ExpectedLine } from './evaluate.ts';
import { type Observation, Unobservable } from './observation.ts';
import { observeBrowser } from './observe-browser.ts';
import { observeRelyingParty } from './observe-relying-party.ts';

export async function observe(
  context: CaseContext,
  wire: readonly WireExchange[],
  lines: readonly ExpectedLine[],
): Promise<Observation> {
  return {
    'relying-party': await observeRelyingParty(context, lines),
    authenticator: await observeKey(context),
    'this-device': await observeThisDevice(context),
    browser: await observeBrowser(context, lines),
    wire,
    ui: await context.site.observe(),
  };
}

async function observeKey({ key, organisation }: CaseContext): Promise<Observation['authenticator']> {
  const { pin, pinRetries, needsPowerCycle, credentials } = await key.observe();
  const discoverable = credentials?.filter((credential) => credential.discoverable);
  const notReported = new Unobservable('The key does not report this');
  return {
    pin: pin ?? notReported,
    'pin-retries': pinRetries ?? notReported,
    'needs-power-cycle': needsPowerCycle ?? notReported,
    credentials: discoverable?.length ?? notReported,
    'abandoned-credentials': discoverable ? await countAbandoned(discoverable, organisation) : notReported,
  };
}

/** Counts the credentials on the key that are not stored at the relying party. */
async function countAbandoned(
  credentials: KeyState['credentials'],
  { administration }: Organisation,
): Promise<number | Unobservable> {
  if (!administration) return new Unobservable('Touchstone cannot read which passkeys the site stores');
  const known = new Set(await administration.credentialIds());
  return credentials.filter(({ credentialId }) => !known.has(toBase64url(credentialId))).length;
}

/** The system can list the passkeys of the authenticator that is built into the computer. */
async function observeThisDevice({ authenticators }: CaseContext): Promise<Observation['this-device']> {
  const device = authenticators.find(({ kind }) => kind === 'this-device');
  if (!device) return 'none';
  const { credentials } = await device.observe();
  if (!credentials) return new Unobservable('The authenticator of this device does not report its passkeys');
  const offered = credentials.filter(({ hidden }) => !hidden);
  return {
    passkeys: offered.length,
    hidden: credentials.length - offered.length,
    accounts: offered.map(({ userName }) => userName ?? ''),
    'display-names': offered.map(({ userDisplayName }) => userDisplayName ?? ''),
  };
}
