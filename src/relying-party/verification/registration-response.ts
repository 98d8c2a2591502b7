/** Parses RegistrationResponseJSON, WebAuthn L3 section 5.1 (toJSON): every member is checked before anything is decoded further. */
import { z } from 'zod';
import { fromBase64url } from '#base/bytes.ts';
import { RefusalError } from '../refusals.ts';
import { base64url, parseBody } from './base64url.ts';
import { createRefuse, type Refuse } from './rules.ts';

const responseSchema = z.object({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  authenticatorAttachment: z.string().nullish(),
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(64)).max(16).optional(),
  }),
  clientExtensionResults: z.record(z.string(), z.unknown()),
});

export type RegistrationResponseJson = z.output<typeof responseSchema>;

export interface RegistrationResponse {
  json: RegistrationResponseJson;
  clientDataJson: Uint8Array;
  attestationObject: Uint8Array;
  /** As the client reported them; unknown values are kept (section 5.8.4 allows new ones). */
  transports: string[];
  attachment: string | undefined;
  /** `credProps.rk`; null if the client did not report it. */
  discoverable: boolean | null;
}

/** @throws {RefusalError} `body-invalid`, `credential-id-invalid` or `extensions-invalid`. */
export function parseRegistrationResponse(body: unknown, refuse: Refuse = createRefuse()): RegistrationResponse {
  const json = parseBody(responseSchema, body);
  if (json.id !== json.rawId) refuse('envelope.raw-id', 'credential-id-invalid', 'id and rawId differ');
  return {
    json,
    clientDataJson: fromBase64url(json.response.clientDataJSON),
    attestationObject: fromBase64url(json.response.attestationObject),
    transports: [...new Set(json.response.transports ?? [])].sort(),
    attachment: json.authenticatorAttachment ?? undefined,
    discoverable: readDiscoverable(json.clientExtensionResults),
  };
}

const credPropsSchema = z.object({ credProps: z.object({ rk: z.boolean().optional() }).optional() });

function readDiscoverable(results: Record<string, unknown>): boolean | null {
  const parsed = credPropsSchema.safeParse(results);
  if (!parsed.success)
    throw new RefusalError('extensions-invalid', 'Expected true or false in credProps.rk', {
      rule: 'extensions.output',
    });
  return parsed.data.credProps?.rk ?? null;
}
