/** The profiles of `--profile`: which requirements an authenticator has to meet, and what it has to have. `profiles.lock` freezes them. */
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { type CaseResult, caseId } from '../../case-result.ts';
import { groupOf } from '../../catalogue-entry.ts';
import { judgeCases, type ProfileVerdict, type ProfileVersion, toLockLines } from '../../profile.ts';
import type { groupTitles } from '../group-titles.ts';
import {
  from21,
  fromVersion,
  hasClientPin,
  hasDiscoverableCredentials,
  hasExtension,
  hasTokens,
} from '../preconditions.ts';
import type { Precondition, Requirement } from '../requirement.ts';
import { casesOf, idOfCase } from '../run-case.ts';
import type { TargetInterface } from '../test-target.ts';

type Group = keyof typeof groupTitles;

interface Profile extends ProfileVersion {
  groups: readonly Group[];
  /** What an authenticator of the profile has. One that lacks something fails the profile. */
  demands: readonly Precondition[];
  /** Requirements with one of these preconditions belong to a later version of CTAP. */
  without: readonly Precondition[];
  /** Whether SHOULD counts. */
  withShould: boolean;
}

const from23 = fromVersion('FIDO_2_3');

const ctap: readonly Group[] = [
  'getinfo',
  'makecred',
  'getassert',
  'rk',
  'pin',
  'token',
  'cbor',
  'credmgmt',
  'ext',
  'config',
  'largeblobs',
  'bio',
  'upuv',
  'ep',
  'select',
  'reset',
  'persist',
];

const supports = (version: string): Precondition => ({
  reason: `getInfo does not list the version ${version}`,
  isMet: ({ versions }) => versions.includes(version),
});
const hasHid: Precondition = {
  reason: 'The target gives no access to CTAPHID reports',
  isMet: (_info, interfaces) => interfaces.includes('ctaphid'),
};
const hasNfc: Precondition = {
  reason: 'The target gives no access to the APDUs of a card',
  isMet: (_info, interfaces) => interfaces.includes('nfc'),
};
const hasU2f: Precondition = {
  reason: 'The target cannot transfer U2F messages',
  isMet: (_info, interfaces) => interfaces.includes('u2f'),
};

const frozen = { version: '1.0', catalogue: '1.0', demands: [], without: [], withShould: false } as const;

export const profiles = {
  'ctap2.0': {
    ...frozen,
    title: 'CTAP 2.0',
    groups: ctap,
    demands: [supports('FIDO_2_0')],
    without: [from21, from23, hasTokens],
  },
  'ctap2.1': { ...frozen, title: 'CTAP 2.1', groups: ctap, demands: [supports('FIDO_2_1')], without: [from23] },
  'ctap2.3': { ...frozen, title: 'CTAP 2.2 and 2.3', groups: ctap, demands: [supports('FIDO_2_3')] },
  u2f: { ...frozen, title: 'FIDO U2F 1.2', groups: ['u2f'], demands: [supports('U2F_V2'), hasU2f] },
  hid: { ...frozen, title: 'CTAPHID', groups: ['hid'], demands: [hasHid] },
  nfc: { ...frozen, title: 'CTAP over NFC', groups: ['nfc'], demands: [hasNfc] },
  /** The features that Microsoft requires of FIDO2 security keys for Entra ID: discoverable credentials, PIN, hmac-secret. */
  entra: {
    ...frozen,
    title: 'Security keys for Microsoft Entra ID',
    groups: ['getinfo', 'makecred', 'getassert', 'rk', 'pin', 'token', 'ext', 'credmgmt', 'bio', 'upuv', 'reset'],
    demands: [supports('FIDO_2_0'), hasDiscoverableCredentials, hasClientPin, hasExtension('hmac-secret')],
  },
  strict: {
    ...frozen,
    title: 'Every requirement that applies, SHOULD included',
    groups: [...ctap, 'hid', 'u2f', 'nfc'],
    withShould: true,
  },
} as const satisfies Record<string, Profile>;

export type ProfileId = keyof typeof profiles;
export const profileIds = Object.keys(profiles) as ProfileId[];

/** Returns the requirements of a profile in the order of the catalogue. */
export function requirementsOf(id: ProfileId, catalogue: readonly Requirement[]): Requirement[] {
  const { groups, without, withShould, catalogue: version }: Profile = profiles[id];
  return catalogue.filter(
    ({ id: requirement, level, since, preconditions }) =>
      (groups as readonly string[]).includes(groupOf(requirement)) &&
      since === version &&
      (withShould || level === 'MUST') &&
      !preconditions.some(({ reason }) => without.some((precondition) => precondition.reason === reason)),
  );
}

/** Returns what an authenticator lacks that the profile demands, as sentences. */
export const findUnmetDemands = (
  id: ProfileId,
  info: AuthenticatorInfo,
  interfaces: readonly TargetInterface[] = [],
): string[] => profiles[id].demands.filter((demand) => !demand.isMet(info, interfaces)).map(({ reason }) => reason);

/** Returns the verdict of a profile; `results` may also have those of other requirements. Nothing that applies may be skipped. */
export function judgeProfile(
  id: ProfileId,
  catalogue: readonly Requirement[],
  results: readonly CaseResult[],
  unmetDemands: readonly string[],
): ProfileVerdict {
  if (unmetDemands.length > 0) return 'not-tested';
  const verdicts = new Map(results.map((result) => [caseId(result), result.verdict]));
  return judgeCases(casesOf(requirementsOf(id, catalogue)).map((test) => verdicts.get(idOfCase(test))));
}

/** Returns the lines of `profiles.lock` for this catalogue. */
export const lockedRequirements = (catalogue: readonly Requirement[]): string[] =>
  profileIds.flatMap((id) => toLockLines(id, profiles[id], requirementsOf(id, catalogue)));

const versionsNewestFirst = ['ctap2.3', 'ctap2.1', 'ctap2.0', 'u2f'] as const satisfies readonly ProfileId[];

/** Returns the profile of the newest version that an authenticator supports. */
export const ownProfileOf = (info: AuthenticatorInfo, interfaces: readonly TargetInterface[] = []): ProfileId =>
  versionsNewestFirst.find((id) => findUnmetDemands(id, info, interfaces).length === 0) ?? 'strict';
