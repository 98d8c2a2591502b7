/** Parses AuthenticationResponseJSON, WebAuthn L3 section 5.1 (toJSON). */
import { z } from 'zod';
import { base64url, parseBody } from './base64url.ts';
import { createRefuse, type Refuse } from './rules.ts';

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
export function parseAuthenticationResponse(
  body: unknown,
  refuse: Refuse = createRefuse(),
): AuthenticationResponseJson {
  const json = parseBody(responseSchema, body);
  if (json.id !== json.rawId) refuse('envelope.raw-id', 'credential-id-invalid', 'id and rawId differ');
  return json;
}
