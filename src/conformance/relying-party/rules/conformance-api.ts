/**
 * Rules about the four requests of the conformance API of the FIDO Alliance: its public document "FIDO2: Conformance testing server API",
 * and the sections of WebAuthn L3 about the options.
 */
import { inWebAuthn, type RuleRow } from './rule.ts';

/** The document has no section numbers; a section is named by its title. */
export const inApi = (section: string): RuleRow['specification'] => ({ document: 'FIDO2 conformance API', section });

const creationOptions = inApi('ServerPublicKeyCredentialCreationOptionsResponse');
const requestOptions = inApi('ServerPublicKeyCredentialGetOptionsResponse');

export const answerRules = {
  'api.answer': {
    specification: inApi('ServerResponse'),
    severity: 'interoperability',
    weakness: 'A client of the API does not recognise that its request succeeded',
    fix: 'Answer with HTTP status 200, JSON, the status ok and an empty errorMessage',
  },
  'api.failure': {
    specification: inApi('ServerResponse'),
    severity: 'interoperability',
    weakness: 'A client of the API does not learn that its request failed, or why',
    fix: 'Answer with HTTP status 4xx, JSON, the status failed and an errorMessage that names the reason',
  },
  'api.request': {
    specification: inApi('ServerPublicKeyCredentialCreationOptionsRequest'),
    authentication: 'ServerPublicKeyCredentialGetOptionsRequest',
    severity: 'hygiene',
    weakness: 'A request that is not what the API defines is processed further',
    fix: 'Check the body of each request against a schema before it is used',
  },
  'api.content-type': {
    specification: inApi('Examples'),
    severity: 'hygiene',
    weakness: 'A page of another site can send the request with the cookies of the user, without a preflight request',
    fix: 'Refuse every content type but application/json',
  },
  'api.session': {
    specification: inWebAuthn('13.4.3'),
    severity: 'account-takeover',
    weakness: 'A response is accepted without the session that asked for it',
    fix: 'Keep the challenge with the session and its ceremony, and look for it there only',
  },
  'api.credential': {
    specification: inApi('ServerPublicKeyCredential'),
    severity: 'interoperability',
    weakness: 'A credential in the form that the API defines is refused',
    fix: 'Accept a credential without rawId, whose extension outputs are in getClientExtensionResults',
  },
} as const satisfies Record<string, RuleRow>;

export const optionsRules = {
  'options.rp': {
    specification: inWebAuthn('5.4.2'),
    severity: 'interoperability',
    weakness: 'Browsers refuse the options, because the relying party has no name or an RP ID of another site',
    fix: 'Set rp.name, and as rp.id the domain of the page or a parent domain that it may use',
  },
  'options.user': {
    specification: inApi('ServerPublicKeyCredentialUserEntity'),
    severity: 'interoperability',
    weakness: 'The dialog of the browser shows another name than that of the account',
    fix: 'Set user.name and user.displayName to the values of the request',
  },
  'options.user-handle': {
    specification: inWebAuthn('5.4.3'),
    severity: 'interoperability',
    weakness: 'Authenticators refuse the user handle, or store a passkey again instead of replacing it',
    fix: 'Create 1 to 64 random bytes once for each account, and send them as base64url without padding',
  },
  'options.user-handle-privacy': {
    specification: inWebAuthn('14.6.1'),
    severity: 'hygiene',
    weakness: 'Anyone who has the authenticator can read the name of the user in the user handle',
    fix: 'Create random bytes instead of using the name or its hash',
  },
  'options.challenge': {
    specification: creationOptions,
    authentication: requestOptions.section,
    severity: 'interoperability',
    weakness: 'Clients cannot decode the challenge, or refuse its length',
    fix: 'Send at most 64 bytes as base64url without padding',
  },
  'options.challenge-random': {
    specification: inWebAuthn('13.4.3'),
    severity: 'account-takeover',
    weakness: 'An attacker can guess the challenge, and have a response made for it beforehand',
    fix: 'Take at least 16 bytes of a cryptographic random number generator for each ceremony',
  },
  'options.parameters': {
    specification: inWebAuthn('5.3'),
    severity: 'interoperability',
    weakness: 'Browsers ignore or refuse the algorithms, so that no passkey can be created',
    fix: 'Send a list of objects with the type public-key and the number of a COSE algorithm',
  },
  'options.timeout': {
    specification: creationOptions,
    authentication: requestOptions.section,
    severity: 'interoperability',
    weakness: 'Browsers refuse the options, because the timeout is not an unsigned long',
    fix: 'Leave timeout out, or send a whole number of milliseconds',
  },
  'options.exclude-credentials': {
    specification: inWebAuthn('5.4'),
    severity: 'interoperability',
    weakness: 'A user registers the same authenticator several times, or cannot register one at all',
    fix: 'List the credentials of this user, and no others, in excludeCredentials',
  },
  'options.selection': {
    specification: creationOptions,
    severity: 'interoperability',
    weakness: 'The client does not get the criteria that the request asked for',
    fix: 'Copy authenticatorSelection of the request into the options',
  },
  'options.attestation': {
    specification: inApi('ServerPublicKeyCredentialCreationOptionsRequest'),
    severity: 'interoperability',
    weakness: 'The client does not ask for the attestation that the request asked for',
    fix: 'Copy attestation of the request into the options; without it, use none',
  },
  'options.extensions': {
    specification: creationOptions,
    authentication: requestOptions.section,
    severity: 'interoperability',
    weakness: 'The client does not get the extensions that the request asked for',
    fix: 'Copy extensions of the request into the options',
  },
  'options.rp-id': {
    specification: requestOptions,
    severity: 'interoperability',
    weakness: 'Authenticators find no passkey, because the RP ID is not that of the registration',
    fix: 'Use the same RP ID in both ceremonies',
  },
  'options.allow-credentials': {
    specification: requestOptions,
    severity: 'interoperability',
    weakness: 'A user cannot sign in with a registered credential, or learns the credentials of other users',
    fix: 'List the credentials of this user, and no others, in allowCredentials',
  },
  'options.user-verification': {
    specification: requestOptions,
    severity: 'interoperability',
    weakness: 'The client does not ask for the user verification that the request asked for',
    fix: 'Copy userVerification of the request into the options',
  },
  'assertion.allow-list': {
    specification: inWebAuthn('7.2 step 5'),
    severity: 'account-takeover',
    weakness: 'The passkey of one user answers the sign-in of another user',
    fix: 'Accept only a credential that allowCredentials of this ceremony lists',
  },
} as const satisfies Record<string, RuleRow>;
