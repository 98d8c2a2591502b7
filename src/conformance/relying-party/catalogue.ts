/** The mutation catalogue: every case of every group, in the order of the documentation. */
import { androidKeyCases } from './cases/android-key.ts';
import { safetyNetCases } from './cases/android-safetynet.ts';
import { apiRegistrationOptionsCases } from './cases/api-registration-options.ts';
import { apiRequestCases } from './cases/api-requests.ts';
import { apiResultCases } from './cases/api-results.ts';
import { apiSignInOptionsCases } from './cases/api-sign-in-options.ts';
import { appleCases } from './cases/apple.ts';
import { attestationObjectCases } from './cases/attestation-object.ts';
import { authenticatorDataCases } from './cases/authenticator-data.ts';
import { chainCases } from './cases/chain.ts';
import { clientDataCases } from './cases/client-data.ts';
import { compoundCases } from './cases/compound.ts';
import { credentialKeyCases } from './cases/credential-key.ts';
import { envelopeCases } from './cases/envelope.ts';
import { fidoU2fCases } from './cases/fido-u2f.ts';
import { metadataBlobCases } from './cases/metadata-blob.ts';
import { metadataStatementCases } from './cases/metadata-statement.ts';
import { noneCases } from './cases/none.ts';
import { packedCases } from './cases/packed.ts';
import { policyCases } from './cases/policy.ts';
import { sessionCases } from './cases/session.ts';
import { signInCases } from './cases/sign-in.ts';
import { tpmCases } from './cases/tpm.ts';
import { vectorCases } from './cases/vectors.ts';
import type { RelyingPartyCase } from './relying-party-case.ts';

/** Every case for relying parties, in the order of the groups. */
export const relyingPartyCatalogue: readonly RelyingPartyCase[] = [
  ...envelopeCases,
  ...clientDataCases,
  ...attestationObjectCases,
  ...authenticatorDataCases,
  ...credentialKeyCases,
  ...packedCases,
  ...noneCases,
  ...compoundCases,
  ...fidoU2fCases,
  ...tpmCases,
  ...androidKeyCases,
  ...appleCases,
  ...safetyNetCases,
  ...chainCases,
  ...metadataBlobCases,
  ...metadataStatementCases,
  ...policyCases,
  ...vectorCases,
  ...sessionCases,
  ...signInCases,
  ...apiRegistrationOptionsCases,
  ...apiSignInOptionsCases,
  ...apiRequestCases,
  ...apiResultCases,
];

/** The cases for libraries, which verify responses and handle no requests. */
export const libraryCatalogue: readonly RelyingPartyCase[] = relyingPartyCatalogue.filter(
  ({ ceremony }) => ceremony !== 'api',
);

/** Titles of the groups, in the order of the catalogue. */
export const groupTitles: Readonly<Record<string, string>> = {
  envelope: 'JSON of the credential at registration',
  'sign-in-envelope': 'JSON of the credential at sign-in',
  'client-data': 'Client data at registration',
  'sign-in-client-data': 'Client data at sign-in',
  'attestation-object': 'Attestation object',
  'authenticator-data': 'Authenticator data at registration',
  'credential-id': 'Credential id',
  extensions: 'Extension outputs at registration',
  flags: 'All 256 values of the flags at registration',
  'credential-key': 'Credential public key',
  packed: 'Attestation format packed with certificates',
  'packed-self': 'Attestation format packed without certificates (self attestation)',
  none: 'Attestation format none',
  compound: 'Attestation format compound',
  'fido-u2f': 'Attestation format fido-u2f',
  tpm: 'Attestation format tpm',
  'android-key': 'Attestation format android-key',
  apple: 'Attestation format apple',
  'android-safetynet': 'Attestation format android-safetynet',
  chain: 'Certificate chains and trust',
  'metadata-blob': 'BLOB of a metadata service',
  metadata: 'Metadata of the authenticator model',
  policy: 'Models and kinds of passkeys that a site allows',
  vectors: 'Test vectors of WebAuthn L3, registration',
  'sign-in-vectors': 'Test vectors of WebAuthn L3, sign-in',
  session: 'Challenges, sessions and stored credentials at registration',
  'sign-in-session': 'Challenges at sign-in',
  'sign-in-authenticator-data': 'Authenticator data at sign-in',
  'sign-in': 'Signature and user at sign-in',
  'sign-in-algorithms': 'Algorithms at sign-in',
  algorithms: 'Algorithms at registration',
  'api-registration-options': 'Conformance API: options for a registration',
  'api-sign-in-options': 'Conformance API: options for a sign-in',
  'api-requests': 'Conformance API: requests for options that are not valid',
  'api-results': 'Conformance API: sessions, and the answers to responses',
};
