/**
 * The options of create() and get(): the JSON form (WebAuthn L3 sections 5.1.8 and 5.1.9), and the parsed binary form
 * (sections 5.4 and 5.5). Unknown enumeration values count as absent: section 2.1.1.
 */
import { fromBase64url } from '#base/bytes.ts';
import { isObject } from '#base/json.ts';
import { WebAuthnError } from '#protocol/errors.ts';

interface CredentialDescriptorJSON {
  type: string;
  id: string;
  transports?: string[];
}

/**
 * The options of create() as a site sends them to its page: WebAuthn L3 section 5.1.8. Binary members are base64url, `timeout` is in
 * milliseconds, `alg` is a COSE algorithm, e.g. -7.
 */
export interface PublicKeyCredentialCreationOptionsJSON {
  rp: { id?: string; name: string };
  user: { id: string; name: string; displayName: string };
  challenge: string;
  pubKeyCredParams: { type: string; alg: number }[];
  timeout?: number;
  excludeCredentials?: CredentialDescriptorJSON[];
  authenticatorSelection?: {
    authenticatorAttachment?: string;
    residentKey?: string;
    requireResidentKey?: boolean;
    userVerification?: string;
  };
  hints?: string[];
  attestation?: string;
  attestationFormats?: string[];
  extensions?: object;
}

/** The options of get(): WebAuthn L3 section 5.1.9. Binary members are base64url, `timeout` is in milliseconds. */
export interface PublicKeyCredentialRequestOptionsJSON {
  challenge: string;
  timeout?: number;
  rpId?: string;
  allowCredentials?: CredentialDescriptorJSON[];
  userVerification?: string;
  hints?: string[];
  extensions?: object;
}

const userVerificationRequirements = ['required', 'preferred', 'discouraged'] as const;
const residentKeyRequirements = ['required', 'preferred', 'discouraged'] as const;
const attestationPreferences = ['none', 'indirect', 'direct', 'enterprise'] as const;
const attachments = ['platform', 'cross-platform'] as const;
const hints = ['security-key', 'client-device', 'hybrid'] as const;

type UserVerificationRequirement = (typeof userVerificationRequirements)[number];
type ResidentKeyRequirement = (typeof residentKeyRequirements)[number];
export type AttestationConveyancePreference = (typeof attestationPreferences)[number];
export type AuthenticatorAttachment = (typeof attachments)[number];
export type Hint = (typeof hints)[number];

export interface CredentialDescriptor {
  type: string;
  id: Uint8Array;
  transports?: string[];
}

export interface CreationOptions {
  rp: { id?: string; name: string };
  user: { id: Uint8Array; name: string; displayName: string };
  challenge: Uint8Array;
  pubKeyCredParams: { type: string; alg: number }[];
  timeoutMs?: number;
  excludeCredentials: CredentialDescriptor[];
  authenticatorAttachment?: AuthenticatorAttachment;
  /** Includes `requireResidentKey` of Level 1. */
  residentKey: ResidentKeyRequirement;
  userVerification: UserVerificationRequirement;
  hints: Hint[];
  attestation: AttestationConveyancePreference;
  attestationFormats: string[];
  extensions: ExtensionInputs;
}

export interface RequestOptions {
  challenge: Uint8Array;
  timeoutMs?: number;
  rpId?: string;
  allowCredentials: CredentialDescriptor[];
  userVerification: UserVerificationRequirement;
  hints: Hint[];
  extensions: ExtensionInputs;
}

/** AuthenticationExtensionsClientInputs of the page, unchecked: each extension checks its own. Binary members are base64url. */
export type ExtensionInputs = Readonly<Record<string, unknown>>;

/** @throws {WebAuthnError} TypeError for a missing member or a member of the wrong type. */
export function parseCreationOptions(json: PublicKeyCredentialCreationOptionsJSON): CreationOptions {
  const options = readObject(json, 'options');
  const rp = readObject(options.rp, 'rp');
  const user = readObject(options.user, 'user');
  const selection = readObject(options.authenticatorSelection ?? {}, 'authenticatorSelection');
  const attachment = findKnown(attachments, selection.authenticatorAttachment);
  const rpId = readOptional(readString, rp.id, 'rp.id');
  return {
    rp: { name: readString(rp.name, 'rp.name'), ...(rpId !== undefined && { id: rpId }) },
    user: {
      id: readBytes(user.id, 'user.id'),
      name: readString(user.name, 'user.name'),
      displayName: readString(user.displayName, 'user.displayName'),
    },
    challenge: readBytes(options.challenge, 'challenge'),
    pubKeyCredParams: readList(readCredentialParameters, options.pubKeyCredParams, 'pubKeyCredParams'),
    ...readTimeout(options.timeout),
    excludeCredentials: readList(readDescriptor, options.excludeCredentials ?? [], 'excludeCredentials'),
    ...(attachment && { authenticatorAttachment: attachment }),
    residentKey:
      findKnown(residentKeyRequirements, selection.residentKey) ??
      (selection.requireResidentKey === true ? 'required' : 'discouraged'),
    userVerification: findKnown(userVerificationRequirements, selection.userVerification) ?? 'preferred',
    hints: readHints(options.hints),
    attestation: findKnown(attestationPreferences, options.attestation) ?? 'none',
    attestationFormats: readList(readString, options.attestationFormats ?? [], 'attestationFormats'),
    extensions: readObject(options.extensions ?? {}, 'extensions'),
  };
}

/** @throws {WebAuthnError} TypeError for a missing member or a member of the wrong type. */
export function parseRequestOptions(json: PublicKeyCredentialRequestOptionsJSON): RequestOptions {
  const options = readObject(json, 'options');
  const rpId = readOptional(readString, options.rpId, 'rpId');
  return {
    challenge: readBytes(options.challenge, 'challenge'),
    ...readTimeout(options.timeout),
    ...(rpId !== undefined && { rpId }),
    allowCredentials: readList(readDescriptor, options.allowCredentials ?? [], 'allowCredentials'),
    userVerification: findKnown(userVerificationRequirements, options.userVerification) ?? 'preferred',
    hints: readHints(options.hints),
    extensions: readObject(options.extensions ?? {}, 'extensions'),
  };
}

function readCredentialParameters(value: unknown, path: string) {
  const { type, alg } = readObject(value, path);
  if (!Number.isSafeInteger(alg)) throw wrongType(`${path}.alg`, 'an integer', alg);
  return { type: readString(type, `${path}.type`), alg: alg as number };
}

function readDescriptor(value: unknown, path: string): CredentialDescriptor {
  const { type, id, transports } = readObject(value, path);
  const transportList = readOptional(readStrings, transports, `${path}.transports`);
  return {
    type: readString(type, `${path}.type`),
    id: readBytes(id, `${path}.id`),
    ...(transportList && { transports: transportList }),
  };
}

function readTimeout(value: unknown): { timeoutMs?: number } {
  if (value === undefined) return {};
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType('timeout', 'a number', value);
  return { timeoutMs: value };
}

const readHints = (value: unknown): Hint[] =>
  readStrings(value ?? [], 'hints').flatMap((hint) => findKnown(hints, hint) ?? []);

/** Returns `value` when it is one of `values`, otherwise undefined. */
function findKnown<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((candidate) => candidate === value);
}

function readOptional<T>(read: (value: unknown, path: string) => T, value: unknown, path: string): T | undefined {
  return value === undefined ? undefined : read(value, path);
}

function readObject(value: unknown, path: string): Record<string, unknown> {
  if (!isObject(value)) throw wrongType(path, 'an object', value);
  return value;
}

function readList<T>(read: (value: unknown, path: string) => T, value: unknown, path: string): T[] {
  if (!Array.isArray(value)) throw wrongType(path, 'a list', value);
  return value.map((entry, index) => read(entry, `${path}[${index}]`));
}

function readString(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongType(path, 'a string', value);
  return value;
}

const readStrings = (value: unknown, path: string): string[] => readList(readString, value, path);

function readBytes(value: unknown, path: string): Uint8Array {
  try {
    return fromBase64url(readString(value, path));
  } catch (cause) {
    throw wrongType(path, 'base64url', value, cause);
  }
}

function wrongType(path: string, expected: string, value: unknown, cause?: unknown): WebAuthnError {
  const type = value === null ? 'null' : typeof value;
  const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : type;
  return new WebAuthnError('TypeError', `Cannot use ${path}: expected ${expected}, got ${found}`, { cause });
}
