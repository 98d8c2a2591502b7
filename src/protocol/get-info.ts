/** Members of the authenticatorGetInfo response, CTAP 2.1 section 6.4 and CTAP 2.3: key, name and type of each. */
import {
  arrayOf,
  boolean,
  bytes,
  bytesOf,
  integer,
  type MessageOf,
  message,
  optional,
  recordOf,
  required,
  text,
  unsigned,
} from './message.ts';

const algorithm = message({ type: required('type', text), alg: required('alg', integer) });

const members = {
  versions: required(0x01, arrayOf(text)),
  extensions: optional(0x02, arrayOf(text)),
  aaguid: required(0x03, bytesOf(16)),
  options: optional(0x04, recordOf(boolean)),
  maxMsgSize: optional(0x05, unsigned),
  pinUvAuthProtocols: optional(0x06, arrayOf(unsigned)),
  maxCredentialCountInList: optional(0x07, unsigned),
  maxCredentialIdLength: optional(0x08, unsigned),
  transports: optional(0x09, arrayOf(text)),
  algorithms: optional(0x0a, arrayOf(algorithm)),
  maxSerializedLargeBlobArray: optional(0x0b, unsigned),
  forcePINChange: optional(0x0c, boolean),
  minPINLength: optional(0x0d, unsigned),
  firmwareVersion: optional(0x0e, unsigned),
  maxCredBlobLength: optional(0x0f, unsigned),
  maxRPIDsForSetMinPINLength: optional(0x10, unsigned),
  preferredPlatformUvAttempts: optional(0x11, unsigned),
  uvModality: optional(0x12, unsigned),
  certifications: optional(0x13, recordOf(unsigned)),
  remainingDiscoverableCredentials: optional(0x14, unsigned),
  vendorPrototypeConfigCommands: optional(0x15, arrayOf(unsigned)),
  attestationFormats: optional(0x16, arrayOf(text)),
  uvCountSinceLastPinEntry: optional(0x17, unsigned),
  longTouchForReset: optional(0x18, boolean),
  encIdentifier: optional(0x19, bytes),
  transportsForReset: optional(0x1a, arrayOf(text)),
  pinComplexityPolicy: optional(0x1b, boolean),
  pinComplexityPolicyURL: optional(0x1c, bytes),
  maxPINLength: optional(0x1d, unsigned),
  encCredStoreState: optional(0x1e, bytes),
  authenticatorConfigCommands: optional(0x1f, arrayOf(unsigned)),
};

export const getInfoResponse = message(members);
export type AuthenticatorInfo = MessageOf<typeof members>;
