/** Parses AuthenticationResponseJSON, WebAuthn L3 section 5.1 (toJSON). */
import { z } from 'zod';
import { RefusalError } from '../refusals.ts';
import { base64url, parseBody } from './base64url.ts';

const responseSchema = z.object({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().nullish(),
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.nullish(),
  }),
  clientExtensionResults: z.record(z.string(), z.unknown()),
});

export type AuthenticationResponseJson = z.output<typeof responseSchema>;

/** @throws {RefusalError} `body-invalid` or `credential-id-invalid`. */
export function parseAuthenticationResponse(body: unknown): AuthenticationResponseJson {
  const json = parseBody(responseSchema, body);
  if (json.id !== json.rawId) throw new RefusalError('credential-id-invalid', 'id and rawId differ');
  return json;
}
