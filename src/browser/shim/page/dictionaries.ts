/**
 * The dictionaries that pages pass to create(), get() and the signal methods: WebAuthn L3 sections 5.1.10, 5.4, 5.5 and 5.8.3,
 * and the inputs of the extensions in section 10 and CTAP 2.2 section 12. Each serves buffers and JSON. Unknown members are
 * dropped, as in browsers.
 */
import {
  boolean,
  bytes,
  dictionary,
  domString,
  long,
  optional,
  record,
  required,
  sequence,
  unsignedLong,
} from './web-idl.ts';

const credentialDescriptor = dictionary({
  id: required(bytes),
  transports: optional(sequence(domString)),
  type: required(domString),
});

const prfValues = dictionary({ first: required(bytes), second: optional(bytes) });

const extensionInputs = dictionary({
  appid: optional(domString),
  appidExclude: optional(domString),
  credBlob: optional(bytes),
  credProps: optional(boolean),
  credentialProtectionPolicy: optional(domString),
  enforceCredentialProtectionPolicy: optional(boolean),
  getCredBlob: optional(boolean),
  hmacCreateSecret: optional(boolean),
  hmacGetSecret: optional(dictionary({ salt1: required(bytes), salt2: optional(bytes) })),
  largeBlob: optional(dictionary({ read: optional(boolean), support: optional(domString), write: optional(bytes) })),
  minPinLength: optional(boolean),
  prf: optional(dictionary({ eval: optional(prfValues), evalByCredential: optional(record(prfValues)) })),
});

const entity = { name: required(domString) };

/** PublicKeyCredentialCreationOptions and PublicKeyCredentialCreationOptionsJSON. */
export const creationOptions = dictionary({
  attestation: optional(domString, 'none'),
  attestationFormats: optional(sequence(domString), []),
  authenticatorSelection: optional(
    dictionary({
      authenticatorAttachment: optional(domString),
      requireResidentKey: optional(boolean, false),
      residentKey: optional(domString),
      userVerification: optional(domString, 'preferred'),
    }),
  ),
  challenge: required(bytes),
  excludeCredentials: optional(sequence(credentialDescriptor), []),
  extensions: optional(extensionInputs),
  hints: optional(sequence(domString), []),
  pubKeyCredParams: required(sequence(dictionary({ alg: required(long), type: required(domString) }))),
  rp: required(dictionary(entity, { id: optional(domString) })),
  timeout: optional(unsignedLong),
  user: required(dictionary(entity, { displayName: required(domString), id: required(bytes) })),
});

/** PublicKeyCredentialRequestOptions and PublicKeyCredentialRequestOptionsJSON. */
export const requestOptions = dictionary({
  allowCredentials: optional(sequence(credentialDescriptor), []),
  challenge: required(bytes),
  extensions: optional(extensionInputs),
  hints: optional(sequence(domString), []),
  rpId: optional(domString),
  timeout: optional(unsignedLong),
  userVerification: optional(domString, 'preferred'),
});

/** The options of the signal methods. Their ids are base64url text, not buffers. */
export const signalOptions = {
  signalUnknownCredential: dictionary({ credentialId: required(domString), rpId: required(domString) }),
  signalAllAcceptedCredentials: dictionary({
    allAcceptedCredentialIds: required(sequence(domString)),
    rpId: required(domString),
    userId: required(domString),
  }),
  signalCurrentUserDetails: dictionary({
    displayName: required(domString),
    name: required(domString),
    rpId: required(domString),
    userId: required(domString),
  }),
};
