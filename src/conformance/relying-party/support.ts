/** Which cases a target can run at all. A case that it cannot run is not applicable; it is neither passed nor failed. */
import { coseAlgorithms } from '#protocol/cose.ts';
import type { Attestation } from './emulator-port.ts';
import type { RelyingPartyCase } from './relying-party-case.ts';
import type { RelyingPartyTarget } from './target.ts';

const formatOf = (attestation: Attestation): string =>
  attestation === 'packed-basic' || attestation === 'packed-self' ? 'packed' : attestation;

/** Rules that only a target with root certificates can enforce. */
const isAboutTrust = (rule: string): boolean => rule.startsWith('path.') || rule === 'attestation.required';

/** Why a target cannot run a case. */
export interface MissingSupport {
  reason: string;
  /** The target lacks what the case is about, which a profile may demand. Otherwise the suite cannot bring the case about there. */
  isLacking: boolean;
}

type FindMissing = (one: RelyingPartyCase, target: RelyingPartyTarget) => MissingSupport | undefined;

const lacks = (isMissing: boolean, reason: string): MissingSupport | undefined =>
  isMissing ? { reason, isLacking: true } : undefined;
const cannotBeTested = (isMissing: boolean, reason: string): MissingSupport | undefined =>
  isMissing ? { reason, isLacking: false } : undefined;
/** A capability of which the target says that it has it or not; if it says nothing, the suite cannot make use of it. */
const missesIf = (isNeeded: boolean, capability: boolean | undefined, reason: string): MissingSupport | undefined =>
  isNeeded && !capability ? { reason, isLacking: capability === false } : undefined;

/** In the order in which the reasons are given. */
const checks: readonly FindMissing[] = [
  ({ base }, { name, formats }) => {
    const format = formatOf(base.attestation);
    return lacks(formats !== undefined && !formats.includes(format), `${name} does not verify the format ${format}`);
  },
  ({ base }, { name, algorithms }) => {
    const { alg } = coseAlgorithms[base.algorithm];
    return lacks(algorithms !== undefined && !algorithms.includes(alg), `${name} does not support ${base.algorithm}`);
  },
  ({ ceremony }, { name, conformanceApi }) =>
    lacks(ceremony === 'api' && !conformanceApi, `${name} does not have the conformance API`),
  ({ base }, { name, usesMetadata }) => missesIf(base.usesMetadata === true, usesMetadata, `${name} takes no metadata`),
  ({ policy }, { name, hasPolicy }) =>
    cannotBeTested(policy !== undefined && !hasPolicy, `${name} has no policy about models`),
  ({ vector }, { name, takesVectors }) =>
    cannotBeTested(vector !== undefined && !takesVectors, `${name} takes no challenge from a test vector`),
  ({ session }, { name, hasClock }) =>
    cannotBeTested(session === 'challenge-expired' && !hasClock, `The clock of ${name} cannot be advanced`),
  ({ session }, { name, keepsState }) => lacks(session !== undefined && !keepsState, `${name} keeps no sessions`),
  ({ rules }, { name, checksTrust }) =>
    missesIf(rules.some(isAboutTrust), checksTrust, `${name} does not check certificates against roots`),
];

/** Returns why the target cannot run the case, or undefined if it can. */
export function findMissingSupport(one: RelyingPartyCase, target: RelyingPartyTarget): MissingSupport | undefined {
  for (const check of checks) {
    const missing = check(one, target);
    if (missing) return missing;
  }
  const obstacle = target.findObstacle?.(one);
  return obstacle === undefined ? undefined : { reason: obstacle, isLacking: false };
}
