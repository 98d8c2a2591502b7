/**
 * The places where an authenticator can be made to misbehave, as one object that does nothing unless a defect says so:
 * rules it follows, and the bytes it makes on their way out. The defects themselves are in `defects.ts`.
 */
import type { AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CertificateTemplate } from './attestation/x509.ts';

/** Behaviour that the specification asks for; a defect overrides one of them. */
const correctRules = {
  /** Wrong PINs in a row until PIN use is blocked for the rest of the power cycle. */
  softLockAfter: 3,
  /** What a wrong PIN costs. */
  retryCost: 1,
  retryFallsBeforeCompare: true,
  keyAgreementRegenerates: true,
  tokenPermissionsMatter: true,
  tokensExpire: true,
  tokensAreConsumed: true,
  counterStep: 1,
  excludeListMatters: true,
  presenceIsAwaited: true,
  credentialProtectionMatters: true,
  attestationRootIsKnown: true,
};
export type Rules = typeof correctRules;

/** Bytes on their way out; each is the identity for a correct authenticator. */
interface Alterations {
  /** Before authenticator data is encoded and signed. */
  authData(data: AuthenticatorData): AuthenticatorData;
  /** The clientDataHash that is signed. */
  clientDataHash(hash: Uint8Array): Uint8Array;
  /** Attestation and assertion signatures. */
  signature(signature: Uint8Array): Uint8Array;
  /** `alg` of an attestation statement. */
  attestationAlg(alg: number): number;
  /** The attestation certificate before it is signed. */
  certificate(template: CertificateTemplate): CertificateTemplate;
  /** The whole answer, status byte first; undefined keeps silent. */
  answer(answer: Uint8Array): Uint8Array | undefined;
}

export interface Misbehaviour extends Alterations {
  readonly rules: Rules;
}

/** What one defect changes. */
export interface Change extends Partial<Alterations> {
  rules?: Partial<Rules>;
}

const unchanged = <T>(value: T): T => value;

/** One change after the other. */
function chain<T>(steps: readonly ((value: T) => T)[]): (value: T) => T {
  return steps.length === 0 ? unchanged : (value) => steps.reduce((current, step) => step(current), value);
}

/** Puts the changes together. Without any the result is a correct authenticator. */
export function misbehaviour(changes: readonly Change[]): Misbehaviour {
  const answers = changes.flatMap(({ answer }) => answer ?? []);
  return {
    rules: Object.assign({}, correctRules, ...changes.map(({ rules }) => rules)),
    authData: chain(changes.flatMap(({ authData }) => authData ?? [])),
    clientDataHash: chain(changes.flatMap(({ clientDataHash }) => clientDataHash ?? [])),
    signature: chain(changes.flatMap(({ signature }) => signature ?? [])),
    attestationAlg: chain(changes.flatMap(({ attestationAlg }) => attestationAlg ?? [])),
    certificate: chain(changes.flatMap(({ certificate }) => certificate ?? [])),
    answer: (answer) => answers.reduce<Uint8Array | undefined>((bytes, step) => bytes && step(bytes), answer),
  };
}
