/**
 * Parameters, responses and sub-commands of the management commands: bio enrollment (CTAP 2.1 section 6.7), credential
 * management (6.8), large blobs (6.10) and configuration (6.11).
 */
import { descriptor, rpEntity, userEntity } from './entities.ts';
import { anyMap, arrayOf, boolean, bytes, bytesOf, message, optional, required, text, unsigned } from './message.ts';

export const bioEnrollmentRequest = message({
  modality: optional(0x01, unsigned),
  subCommand: optional(0x02, unsigned),
  subCommandParams: optional(0x03, anyMap),
  pinUvAuthProtocol: optional(0x04, unsigned),
  pinUvAuthParam: optional(0x05, bytes),
  getModality: optional(0x06, boolean),
});

/** subCommandParams of bio enrollment. */
export const bioEnrollmentParams = message({
  templateId: optional(0x01, bytes),
  templateFriendlyName: optional(0x02, text),
  timeoutMilliseconds: optional(0x03, unsigned),
});

const templateInfo = message({ templateId: required(0x01, bytes), templateFriendlyName: optional(0x02, text) });

export const bioEnrollmentResponse = message({
  modality: optional(0x01, unsigned),
  fingerprintKind: optional(0x02, unsigned),
  maxCaptureSamplesRequiredForEnroll: optional(0x03, unsigned),
  templateId: optional(0x04, bytes),
  lastEnrollSampleStatus: optional(0x05, unsigned),
  remainingSamples: optional(0x06, unsigned),
  templateInfos: optional(0x07, arrayOf(templateInfo)),
  maxTemplateFriendlyName: optional(0x08, unsigned),
});

export const bioEnrollmentSubCommands = {
  enrollBegin: 0x01,
  enrollCaptureNextSample: 0x02,
  cancelCurrentEnrollment: 0x03,
  enumerateEnrollments: 0x04,
  setFriendlyName: 0x05,
  removeEnrollment: 0x06,
  getFingerprintSensorInfo: 0x07,
} as const satisfies Record<string, number>;
export type BioEnrollmentSubCommand = keyof typeof bioEnrollmentSubCommands;

/** lastEnrollSampleStatus, section 6.7.4. */
export const enrollSampleStatus = {
  good: 0x00,
  'too-high': 0x01,
  'too-low': 0x02,
  'too-left': 0x03,
  'too-right': 0x04,
  'too-fast': 0x05,
  'too-slow': 0x06,
  'poor-quality': 0x07,
  'too-skewed': 0x08,
  'too-short': 0x09,
  'merge-failure': 0x0a,
  exists: 0x0b,
  'no-user-activity': 0x0d,
  'no-user-presence-transition': 0x0e,
} as const satisfies Record<string, number>;
export type EnrollSampleStatus = keyof typeof enrollSampleStatus;

export const credentialManagementRequest = message({
  subCommand: required(0x01, unsigned),
  subCommandParams: optional(0x02, anyMap),
  pinUvAuthProtocol: optional(0x03, unsigned),
  pinUvAuthParam: optional(0x04, bytes),
});

/** subCommandParams of credential management. */
export const credentialManagementParams = message({
  rpIDHash: optional(0x01, bytesOf(32)),
  credentialID: optional(0x02, descriptor),
  user: optional(0x03, userEntity),
});

export const credentialManagementResponse = message({
  existingResidentCredentialsCount: optional(0x01, unsigned),
  maxPossibleRemainingResidentCredentialsCount: optional(0x02, unsigned),
  rp: optional(0x03, rpEntity),
  rpIDHash: optional(0x04, bytes),
  totalRPs: optional(0x05, unsigned),
  user: optional(0x06, userEntity),
  credentialID: optional(0x07, descriptor),
  publicKey: optional(0x08, anyMap),
  totalCredentials: optional(0x09, unsigned),
  credProtect: optional(0x0a, unsigned),
  largeBlobKey: optional(0x0b, bytes),
  thirdPartyPayment: optional(0x0c, boolean),
});

export const credentialManagementSubCommands = {
  getCredsMetadata: 0x01,
  enumerateRPsBegin: 0x02,
  enumerateRPsGetNextRP: 0x03,
  enumerateCredentialsBegin: 0x04,
  enumerateCredentialsGetNextCredential: 0x05,
  deleteCredential: 0x06,
  updateUserInformation: 0x07,
} as const satisfies Record<string, number>;
export type CredentialManagementSubCommand = keyof typeof credentialManagementSubCommands;

export const largeBlobsRequest = message({
  get: optional(0x01, unsigned),
  set: optional(0x02, bytes),
  offset: optional(0x03, unsigned),
  length: optional(0x04, unsigned),
  pinUvAuthParam: optional(0x05, bytes),
  pinUvAuthProtocol: optional(0x06, unsigned),
});

export const largeBlobsResponse = message({ config: optional(0x01, bytes) });

export const authenticatorConfigRequest = message({
  subCommand: required(0x01, unsigned),
  subCommandParams: optional(0x02, anyMap),
  pinUvAuthProtocol: optional(0x03, unsigned),
  pinUvAuthParam: optional(0x04, bytes),
});

/** subCommandParams of setMinPINLength, section 6.11.4; the last member was added in CTAP 2.2. */
export const setMinPinLengthParams = message({
  newMinPINLength: optional(0x01, unsigned),
  minPinLengthRPIDs: optional(0x02, arrayOf(text)),
  forceChangePin: optional(0x03, boolean),
  pinComplexityPolicy: optional(0x04, boolean),
});

/** `enableLongTouchForReset` was added in CTAP 2.2. */
export const authenticatorConfigSubCommands = {
  enableEnterpriseAttestation: 0x01,
  toggleAlwaysUv: 0x02,
  setMinPINLength: 0x03,
  enableLongTouchForReset: 0x04,
  vendorPrototype: 0xff,
} as const satisfies Record<string, number>;
export type AuthenticatorConfigSubCommand = keyof typeof authenticatorConfigSubCommands;
