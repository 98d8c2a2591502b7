/** Decides which cases a target can run. A case that it cannot run is not applicable: neither passed nor failed. */
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import type { Attestation } from './emulator-port.ts';
import type { RelyingPartyCase } from './relying-party-case.ts';
import type { RelyingPartyTarget } from './target.ts';

/** Something that a relying party has or lacks. */
export type Capability =
  | `format ${string}`
  | `algorithm ${CoseAlgorithm}`
  | 'conformance API'
  | 'metadata'
  | 'sessions'
  | 'trust anchors';

/** Returns the attestation statement format. */
export const formatOf = (attestation: Attestation): string =>
  attestation === 'packed-basic' || attestation === 'packed-self' ? 'packed' : attestation;

/** Rules that only a target with root certificates can enforce. */
const isAboutTrust = (rule: string): boolean => rule.startsWith('path.') || rule === 'attestation.required';

/** Why a target cannot run a case. */
export interface MissingSupport {
  reason: string;
  /** The missing capability, which a profile may demand; undefined if the target has no way to run the case. */
  capability?: Capability | undefined;
}

type FindMissing = (one: RelyingPartyCase, target: RelyingPartyTarget) => MissingSupport | undefined;

const lacks = (isMissing: boolean, capability: Capability, reason: string): MissingSupport | undefined =>
  isMissing ? { reason, capability } : undefined;
const cannotBeTested = (isMissing: boolean, reason: string): MissingSupport | undefined =>
  isMissing ? { reason } : undefined;

/** Reasons about a capability: the target reports that it lacks it, or it does not report whether it has it. */
interface CapabilityReasons {
  capability: Capability;
  lacking: string;
  unknown: string;
}

const missesIf = (
  isNeeded: boolean,
  has: boolean | undefined,
  { capability, lacking, unknown }: CapabilityReasons,
): MissingSupport | undefined => {
  if (!isNeeded || has) return undefined;
  return has === false ? { reason: lacking, capability } : { reason: unknown };
};

const missesAlgorithm = (algorithm: CoseAlgorithm, { name, algorithms }: RelyingPartyTarget) => {
  const isUnknown = algorithms !== undefined && !algorithms.includes(coseAlgorithms[algorithm].alg);
  return lacks(isUnknown, `algorithm ${algorithm}`, `${name} does not support ${algorithm}`);
};

/** Only the first reason is reported. */
const checks: readonly FindMissing[] = [
  ({ base }, { name, formats }) => {
    const format = formatOf(base.attestation);
    const isUnknown = formats !== undefined && !formats.includes(format);
    return lacks(isUnknown, `format ${format}`, `${name} does not verify the format ${format}`);
  },
  ({ base }, target) => missesAlgorithm(base.algorithm, target),
  ({ base: { otherAlgorithm } }, target) => otherAlgorithm && missesAlgorithm(otherAlgorithm, target),
  ({ ceremony }, { name, conformanceApi }) =>
    lacks(ceremony === 'api' && !conformanceApi, 'conformance API', `${name} does not have the conformance API`),
  ({ base }, { name, usesMetadata }) =>
    missesIf(base.usesMetadata === true, usesMetadata, {
      capability: 'metadata',
      lacking: `${name} takes no metadata`,
      unknown: `The suite cannot give metadata to ${name}`,
    }),
  ({ policy }, { name, hasPolicy }) =>
    cannotBeTested(policy !== undefined && !hasPolicy, `The suite cannot give a policy about models to ${name}`),
  ({ vector }, { name, takesVectors }) =>
    cannotBeTested(vector !== undefined && !takesVectors, `${name} takes no challenge from a test vector`),
  ({ session }, { name, hasClock }) =>
    cannotBeTested(session === 'challenge-expired' && !hasClock, `The clock of ${name} cannot be advanced`),
  ({ session }, { name, keepsState }) =>
    lacks(session !== undefined && !keepsState, 'sessions', `${name} keeps no sessions`),
  ({ rules }, { name, checksTrust }) =>
    missesIf(rules.some(isAboutTrust), checksTrust, {
      capability: 'trust anchors',
      lacking: `${name} does not check certificates against roots`,
      unknown: `The suite does not know which roots ${name} trusts`,
    }),
];

/** Returns why the target cannot run the case, or undefined if it can. */
export function findMissingSupport(one: RelyingPartyCase, target: RelyingPartyTarget): MissingSupport | undefined {
  for (const check of checks) {
    const missing = check(one, target);
    if (missing) return missing;
  }
  const blockingReason = target.findObstacle?.(one);
  return blockingReason === undefined ? undefined : { reason: blockingReason };
}
