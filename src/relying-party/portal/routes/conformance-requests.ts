/**
 * The requests of the conformance API: what they contain, and how they differ from the JSON of WebAuthn. Options have what a request asks
 * for, also extensions that the portal does not support.
 */
import { z } from 'zod';
import { isObject } from '#base/json.ts';
import type { CreationOptions } from '../../creation-options.ts';

const username = z.string().min(1).max(64);
const requirement = z.enum(['required', 'preferred', 'discouraged']).optional();
const extensions = z.record(z.string(), z.unknown()).optional();

export const registrationSchema = z.object({
  username,
  displayName: z.string().max(64).optional(),
  authenticatorSelection: z
    .object({
      authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
      residentKey: requirement,
      requireResidentKey: z.boolean().optional(),
      userVerification: requirement,
    })
    .optional(),
  attestation: z.enum(['none', 'indirect', 'direct', 'enterprise']).default('none'),
  extensions,
});
type RegistrationRequest = z.output<typeof registrationSchema>;

export const signInSchema = z.object({ username, userVerification: requirement, extensions });

type Requestable = 'authenticatorSelection' | 'attestation' | 'extensions';

/** Options with the values that the request chooses. */
type RequestedOptions = Omit<CreationOptions, Requestable> & {
  authenticatorSelection: object;
  attestation: RegistrationRequest['attestation'];
  extensions: Record<string, unknown>;
};

/** Returns the options with the values that the request chooses. */
export const withRequested = (
  options: CreationOptions,
  { authenticatorSelection = {}, attestation, extensions: requested }: RegistrationRequest,
): RequestedOptions => ({
  ...options,
  authenticatorSelection: { ...options.authenticatorSelection, ...completeResidentKey(authenticatorSelection) },
  attestation,
  extensions: { ...options.extensions, ...requested },
});

/** `requireResidentKey` is the WebAuthn L1 form of `residentKey`: each of them follows from the other. */
function completeResidentKey(requested: NonNullable<RegistrationRequest['authenticatorSelection']>) {
  const { residentKey, requireResidentKey } = requested;
  if (residentKey !== undefined) return { requireResidentKey: residentKey === 'required', ...requested };
  if (requireResidentKey === undefined) return requested;
  return { residentKey: requireResidentKey ? 'required' : 'discouraged', ...requested };
}

/**
 * Returns the credential in the JSON of WebAuthn. That of the API has no `rawId`, and its extension outputs are in
 * `getClientExtensionResults`.
 */
export function toCredentialJson(body: unknown): unknown {
  if (!isObject(body)) return body;
  const { getClientExtensionResults, ...credential } = body;
  return {
    rawId: credential.id,
    ...(getClientExtensionResults !== undefined && { clientExtensionResults: getClientExtensionResults }),
    ...credential,
  };
}
