/** Which cases a target can run at all. A case that it cannot run is not applicable; it is neither passed nor failed. */
import { coseAlgorithms } from '#protocol/cose.ts';
import type { Attestation } from './emulator-port.ts';
import type { RelyingPartyCase } from './relying-party-case.ts';
import type { RelyingPartyTarget } from './target.ts';

const formatOf = (attestation: Attestation): string =>
  attestation === 'packed-basic' || attestation === 'packed-self' ? 'packed' : attestation;

/** Rules that only a target with root certificates can enforce. */
const isAboutTrust = (rule: string): boolean => rule.startsWith('path.') || rule === 'attestation.required';

/** Returns why the target cannot run the case, or undefined if it can. */
export function findMissingSupport(one: RelyingPartyCase, target: RelyingPartyTarget): string | undefined {
  const { base, session, rules, policy, vector } = one;
  const { formats, algorithms, keepsState, checksTrust } = target;
  const format = formatOf(base.attestation);
  if (formats && !formats.includes(format)) return `${target.name} does not verify the format ${format}`;
  const { alg } = coseAlgorithms[base.algorithm];
  if (algorithms && !algorithms.includes(alg)) return `${target.name} does not support ${base.algorithm}`;
  if (base.usesMetadata && !target.usesMetadata) return `${target.name} takes no metadata`;
  if (policy && !target.hasPolicy) return `${target.name} has no policy about models`;
  if (vector && !target.takesVectors) return `${target.name} takes no challenge from a test vector`;
  if (session === 'challenge-expired' && !target.hasClock) return `The clock of ${target.name} cannot be advanced`;
  if (session && !keepsState) return `${target.name} keeps no sessions`;
  if (!checksTrust && rules.some(isAboutTrust)) return `${target.name} does not check certificates against roots`;
  return target.findObstacle?.(one);
}
