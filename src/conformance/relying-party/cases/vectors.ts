/** The test vectors of WebAuthn L3 section 16: a relying party must accept them, unless there is a reason to refuse one. */
import type { AuthenticationCase, RegistrationCase } from '../relying-party-case.ts';
import { type W3cVector, w3cVectors } from '../vectors/w3c-vectors.ts';
import { accept, authenticationCases, either, registrationCases } from './define.ts';

const settings = { userVerification: 'preferred', attestation: 'optional' } as const;
const idOf = ({ name }: W3cVector): string =>
  name.toLowerCase().replaceAll('.', '-').replace('crossorigin', 'cross-origin').replace('toporigin', 'top-origin');
const byId = new Map(w3cVectors.map((vector) => [idOf(vector), vector]));
const embedded = 'A relying party need not accept ceremonies in frames of other sites';
/** Why a strict relying party may refuse a vector, by its name. */
const strictness: Readonly<Record<string, string>> = {
  'android-key.ES256': 'The key description has no origin, which section 8.4 demands',
  'fido-u2f.ES256': 'The AAGUID is not zero, but U2F has none',
};
/** Why it may refuse the registration of a vector; the sign-in is a case all the same. */
const strictRegistration: Readonly<Record<string, string>> = {
  'tpm.ES256': 'The manufacturer of the TPM, id:00000000, is not in the registry of the Trusted Computing Group',
};

const reasonToRefuse = ({ name, isEmbedded }: W3cVector): string | undefined =>
  isEmbedded ? embedded : strictness[name];

function rowOf(vector: W3cVector, what: 'registration' | 'sign-in') {
  const { name, attestation, algorithm } = vector;
  const base = { attestation, algorithm, settings };
  const title = `The ${what} of the test vector ${name}`;
  const reason = reasonToRefuse(vector) ?? (what === 'registration' ? strictRegistration[name] : undefined);
  return reason === undefined ? accept(title, {}, base) : either(reason, title, {}, base);
}

const withVector = <C extends RegistrationCase | AuthenticationCase>(cases: readonly C[]): C[] =>
  cases.map((one) => ({
    ...one,
    specification: { document: 'WebAuthn L3', section: '16' },
    vector: byId.get(one.id.slice(one.id.indexOf('.') + 1)),
  }));

const rows = (vectors: readonly W3cVector[], what: 'registration' | 'sign-in') =>
  Object.fromEntries(vectors.map((vector) => [idOf(vector), rowOf(vector, what)]));

/** The sign-in of a vector is only possible where its registration was accepted. */
const acceptable = w3cVectors.filter((vector) => reasonToRefuse(vector) === undefined);

export const vectorCases = [
  ...withVector(registrationCases('vectors', {}, rows(w3cVectors, 'registration'))),
  ...withVector(authenticationCases('sign-in-vectors', {}, rows(acceptable, 'sign-in'))),
];
