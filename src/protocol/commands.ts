/** The table of CTAP commands, CTAP 2.1 section 6: code, parameters and response of each. Members have the names of the specification. */
import { credentialParameters, descriptor, rpEntity, userEntity } from './entities.ts';
import { getInfoResponse } from './get-info.ts';
import {
  authenticatorConfigRequest,
  bioEnrollmentRequest,
  bioEnrollmentResponse,
  credentialManagementRequest,
  credentialManagementResponse,
  largeBlobsRequest,
  largeBlobsResponse,
} from './management.ts';
import {
  anyMap,
  anyValue,
  arrayOf,
  boolean,
  bytes,
  bytesOf,
  type Message,
  message,
  optional,
  recordOf,
  required,
  text,
  unsigned,
} from './message.ts';

/** A message without members. */
const emptyMessage = message({});

const makeCredentialRequest = message({
  clientDataHash: required(0x01, bytesOf(32)),
  rp: required(0x02, rpEntity),
  user: required(0x03, userEntity),
  pubKeyCredParams: required(0x04, arrayOf(credentialParameters)),
  excludeList: optional(0x05, arrayOf(descriptor)),
  extensions: optional(0x06, recordOf(anyValue)),
  options: optional(0x07, recordOf(boolean)),
  pinUvAuthParam: optional(0x08, bytes),
  pinUvAuthProtocol: optional(0x09, unsigned),
  enterpriseAttestation: optional(0x0a, unsigned),
  attestationFormatsPreference: optional(0x0b, arrayOf(text)),
});

const makeCredentialResponse = message({
  fmt: required(0x01, text),
  authData: required(0x02, bytes),
  attStmt: required(0x03, anyMap),
  epAtt: optional(0x04, boolean),
  largeBlobKey: optional(0x05, bytes),
  unsignedExtensionOutputs: optional(0x06, recordOf(anyValue)),
});

const getAssertionRequest = message({
  rpId: required(0x01, text),
  clientDataHash: required(0x02, bytesOf(32)),
  allowList: optional(0x03, arrayOf(descriptor)),
  extensions: optional(0x04, recordOf(anyValue)),
  options: optional(0x05, recordOf(boolean)),
  pinUvAuthParam: optional(0x06, bytes),
  pinUvAuthProtocol: optional(0x07, unsigned),
});

const getAssertionResponse = message({
  credential: required(0x01, descriptor),
  authData: required(0x02, bytes),
  signature: required(0x03, bytes),
  user: optional(0x04, userEntity),
  numberOfCredentials: optional(0x05, unsigned),
  userSelected: optional(0x06, boolean),
  largeBlobKey: optional(0x07, bytes),
  unsignedExtensionOutputs: optional(0x08, recordOf(anyValue)),
});

const clientPinRequest = message({
  pinUvAuthProtocol: optional(0x01, unsigned),
  subCommand: required(0x02, unsigned),
  keyAgreement: optional(0x03, anyMap),
  pinUvAuthParam: optional(0x04, bytes),
  newPinEnc: optional(0x05, bytes),
  pinHashEnc: optional(0x06, bytes),
  permissions: optional(0x09, unsigned),
  rpId: optional(0x0a, text),
});

const clientPinResponse = message({
  keyAgreement: optional(0x01, anyMap),
  pinUvAuthToken: optional(0x02, bytes),
  pinRetries: optional(0x03, unsigned),
  powerCycleState: optional(0x04, boolean),
  uvRetries: optional(0x05, unsigned),
});

export const commands = {
  authenticatorMakeCredential: { code: 0x01, request: makeCredentialRequest, response: makeCredentialResponse },
  authenticatorGetAssertion: { code: 0x02, request: getAssertionRequest, response: getAssertionResponse },
  authenticatorGetInfo: { code: 0x04, request: emptyMessage, response: getInfoResponse },
  authenticatorClientPIN: { code: 0x06, request: clientPinRequest, response: clientPinResponse },
  authenticatorReset: { code: 0x07, request: emptyMessage, response: emptyMessage },
  authenticatorGetNextAssertion: { code: 0x08, request: emptyMessage, response: getAssertionResponse },
  authenticatorBioEnrollment: { code: 0x09, request: bioEnrollmentRequest, response: bioEnrollmentResponse },
  authenticatorCredentialManagement: {
    code: 0x0a,
    request: credentialManagementRequest,
    response: credentialManagementResponse,
  },
  authenticatorSelection: { code: 0x0b, request: emptyMessage, response: emptyMessage },
  authenticatorLargeBlobs: { code: 0x0c, request: largeBlobsRequest, response: largeBlobsResponse },
  authenticatorConfig: { code: 0x0d, request: authenticatorConfigRequest, response: emptyMessage },
  /** The vendor command codes of these two commands on keys with FIDO_2_1_PRE. */
  authenticatorBioEnrollmentPreview: { code: 0x40, request: bioEnrollmentRequest, response: bioEnrollmentResponse },
  authenticatorCredentialManagementPreview: {
    code: 0x41,
    request: credentialManagementRequest,
    response: credentialManagementResponse,
  },
  // biome-ignore lint/suspicious/noExplicitAny: each row has its own message types
} as const satisfies Record<string, { code: number; request: Message<any>; response: Message<any> }>;

export type CommandName = keyof typeof commands;
type Parsed<M> = M extends Message<infer T> ? T : never;
export type CommandRequest<C extends CommandName> = Parsed<(typeof commands)[C]['request']>;
export type CommandResponse<C extends CommandName> = Parsed<(typeof commands)[C]['response']>;

const nameOfCode = new Map<number, CommandName>(
  Object.entries(commands).map(([name, { code }]) => [code, name as CommandName]),
);
/** Returns the name of a command byte, or undefined if it is not in the table. */
export const commandName = (code: number): CommandName | undefined => nameOfCode.get(code);

/** Sub-commands of authenticatorClientPIN, CTAP 2.1 section 6.5.5. */
export const clientPinSubCommands = {
  getPINRetries: 0x01,
  getKeyAgreement: 0x02,
  setPIN: 0x03,
  changePIN: 0x04,
  getPinToken: 0x05,
  getPinUvAuthTokenUsingUvWithPermissions: 0x06,
  getUVRetries: 0x07,
  getPinUvAuthTokenUsingPinWithPermissions: 0x09,
} as const satisfies Record<string, number>;
export type ClientPinSubCommand = keyof typeof clientPinSubCommands;

/** Permissions of a pinUvAuthToken, CTAP 2.1 section 6.5.5.7. */
export const permissions = { mc: 0x01, ga: 0x02, cm: 0x04, be: 0x08, lbw: 0x10, acfg: 0x20, pcmr: 0x40 } as const;
export type Permission = keyof typeof permissions;
