/** A web site in a browser as a target of the suite for relying parties. */
import type { CeremonySettings } from '#conformance/relying-party/ceremony-settings.ts';
import type { RelyingPartyCase } from '#conformance/relying-party/relying-party-case.ts';
import type { Account, RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import type { ScenarioRelyingParty } from '../language/schema/relying-party.ts';
import { SiteAccount } from './site-account.ts';
import { SiteVisit, type VisitOptions } from './site-visit.ts';

/**
 * Returns the target. The reference portal, which Touchstone starts for each account, gets the settings of each case; another site has
 * its own, which are read from the options of a first registration.
 * @throws {Error} if the site file does not lead to create().
 */
export async function createSiteTarget(scenario: ExpandedCase, options: VisitOptions): Promise<RelyingPartyTarget> {
  const { definition, url } = scenario.site;
  const open = async (settings: ScenarioRelyingParty): Promise<SiteAccount> => {
    const relyingParty = { ...scenario.relyingParty, ...settings };
    return new SiteAccount(await SiteVisit.open({ ...scenario, relyingParty }, options), definition);
  };
  const isOurs = url === undefined;
  const site = isOurs ? undefined : await readSettings(open);
  const canSignIn = definition.flow['sign-in-with-passkey'] !== undefined;
  return {
    name: definition.name,
    algorithms: site?.algorithms,
    checksTrust: isOurs || undefined,
    keepsState: true,
    findObstacle: (one) =>
      (site && findSettingsBlockingReason(one, site)) ??
      (isOurs && one.session ? separatePortals : undefined) ??
      findPageBlockingReason(one, canSignIn),
    openAccount: async (settings): Promise<Account> => open(isOurs ? toPolicy(settings) : {}),
  };
}

interface SiteSettings {
  algorithms: readonly number[];
  userVerification: string;
}

async function readSettings(open: (settings: ScenarioRelyingParty) => Promise<SiteAccount>): Promise<SiteSettings> {
  const account = await open({});
  try {
    const { pubKeyCredParams, authenticatorSelection } = await account.creationOptions();
    return {
      algorithms: pubKeyCredParams.map(({ alg }) => alg),
      userVerification: authenticatorSelection?.userVerification ?? 'preferred',
    };
  } finally {
    await account.close();
  }
}

const toPolicy = ({ userVerification, attestation, algorithms }: CeremonySettings): ScenarioRelyingParty => ({
  'user-verification': userVerification,
  attestation: attestation === 'required' ? 'enforced' : 'requested',
  algorithms: (Object.keys(coseAlgorithms) as CoseAlgorithm[]).filter((name) =>
    algorithms.includes(coseAlgorithms[name].alg),
  ) as [CoseAlgorithm, ...CoseAlgorithm[]],
});

/** Returns why a case needs other settings than those of the site. */
function findSettingsBlockingReason(
  { base, rules }: RelyingPartyCase,
  { userVerification }: SiteSettings,
): string | undefined {
  if (base.settings.userVerification === 'preferred' && userVerification === 'required')
    return 'the site requires user verification';
  if (rules.includes('flags.user-verified') && userVerification !== 'required')
    return 'the site does not require user verification';
  return undefined;
}

const separatePortals = 'Touchstone starts a portal for each account';

/** Returns why a page cannot do what the case needs. */
function findPageBlockingReason(
  { change, session, ceremony }: RelyingPartyCase,
  canSignIn: boolean,
): string | undefined {
  if (change.envelope) return 'the page writes the JSON of the response';
  if (session === 'challenge-used-twice') return 'the page sends each response once';
  return ceremony === 'authentication' && !canSignIn ? 'the site file has no word sign-in-with-passkey' : undefined;
}
