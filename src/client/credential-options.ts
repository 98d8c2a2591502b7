/**
 * The options of create() and get(): the JSON form of WebAuthn L3 section 5.1.8 and 5.1.9 and the binary form the
 * ceremonies work on (sections 5.4 and 5.5). Values of enumerations that we do not know count as absent, section 2.1.1.
 */
import { fromBase64url } from '#base/bytes.ts';
import { WebAuthnError } from '#protocol/errors.ts';

interface CredentialDescriptorJSON {
  type: string;
  id: string;
  transports?: string[];
}

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
  /** `requireResidentKey` of Level 1 is resolved into it. */
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

/** AuthenticationExtensionsClientInputs as the page gave them, binary members in base64url; each extension checks its own. */
export type ExtensionInputs = Readonly<Record<string, unknown>>;

/** @throws {WebAuthnError} TypeError for a missing member or one of another type. */
export function parseCreationOptions(json: PublicKeyCredentialCreationOptionsJSON): CreationOptions {
  const options = members(json, 'options');
  const rp = members(options.rp, 'rp');
  const user = members(options.user, 'user');
  const selection = members(options.authenticatorSelection ?? {}, 'authenticatorSelection');
  const attachment = known(attachments, selection.authenticatorAttachment);
  const rpId = optional(string, rp.id, 'rp.id');
  return {
    rp: { name: string(rp.name, 'rp.name'), ...(rpId !== undefined && { id: rpId }) },
    user: {
      id: bytes(user.id, 'user.id'),
      name: string(user.name, 'user.name'),
      displayName: string(user.displayName, 'user.displayName'),
    },
    challenge: bytes(options.challenge, 'challenge'),
    pubKeyCredParams: list(credentialParameters, options.pubKeyCredParams, 'pubKeyCredParams'),
    ...timeout(options.timeout),
    excludeCredentials: list(descriptor, options.excludeCredentials ?? [], 'excludeCredentials'),
    ...(attachment && { authenticatorAttachment: attachment }),
    residentKey:
      known(residentKeyRequirements, selection.residentKey) ??
      (selection.requireResidentKey === true ? 'required' : 'discouraged'),
    userVerification: known(userVerificationRequirements, selection.userVerification) ?? 'preferred',
    hints: knownHints(options.hints),
    attestation: known(attestationPreferences, options.attestation) ?? 'none',
    attestationFormats: list(string, options.attestationFormats ?? [], 'attestationFormats'),
    extensions: members(options.extensions ?? {}, 'extensions'),
  };
}

/** @throws {WebAuthnError} TypeError for a missing member or one of another type. */
export function parseRequestOptions(json: PublicKeyCredentialRequestOptionsJSON): RequestOptions {
  const options = members(json, 'options');
  const rpId = optional(string, options.rpId, 'rpId');
  return {
    challenge: bytes(options.challenge, 'challenge'),
    ...timeout(options.timeout),
    ...(rpId !== undefined && { rpId }),
    allowCredentials: list(descriptor, options.allowCredentials ?? [], 'allowCredentials'),
    userVerification: known(userVerificationRequirements, options.userVerification) ?? 'preferred',
    hints: knownHints(options.hints),
    extensions: members(options.extensions ?? {}, 'extensions'),
  };
}

function credentialParameters(value: unknown, path: string) {
  const { type, alg } = members(value, path);
  if (!Number.isSafeInteger(alg)) throw wrong(`${path}.alg`, 'an integer', alg);
  return { type: string(type, `${path}.type`), alg: alg as number };
}

function descriptor(value: unknown, path: string): CredentialDescriptor {
  const { type, id, transports } = members(value, path);
  const known = optional((given, at) => list(string, given, at), transports, `${path}.transports`);
  return {
    type: string(type, `${path}.type`),
    id: bytes(id, `${path}.id`),
    ...(known && { transports: known }),
  };
}

function timeout(value: unknown): { timeoutMs?: number } {
  if (value === undefined) return {};
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong('timeout', 'a number', value);
  return { timeoutMs: value };
}

const knownHints = (value: unknown): Hint[] =>
  list(string, value ?? [], 'hints').flatMap((hint) => known(hints, hint) ?? []);

function known<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((candidate) => candidate === value);
}

function optional<T>(read: (value: unknown, path: string) => T, value: unknown, path: string): T | undefined {
  return value === undefined ? undefined : read(value, path);
}

function members(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'an object', value);
  return value as Record<string, unknown>;
}

function list<T>(read: (value: unknown, path: string) => T, value: unknown, path: string): T[] {
  if (!Array.isArray(value)) throw wrong(path, 'a list', value);
  return value.map((entry, index) => read(entry, `${path}[${index}]`));
}

function string(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrong(path, 'a string', value);
  return value;
}

function bytes(value: unknown, path: string): Uint8Array {
  try {
    return fromBase64url(string(value, path));
  } catch (cause) {
    throw wrong(path, 'base64url', value, cause);
  }
}

function wrong(path: string, wanted: string, found: unknown, cause?: unknown): WebAuthnError {
  const shown = typeof found === 'string' ? JSON.stringify(found.slice(0, 40)) : found === null ? 'null' : typeof found;
  return new WebAuthnError('TypeError', `cannot use ${path}: ${wanted} is wanted, found ${shown}`, { cause });
}
