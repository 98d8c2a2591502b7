/**
 * Routes: settings of the conformance API. Test tools replace them, because some of their cases need other roots, metadata or policies.
 * They apply to sessions of the API that begin afterwards, and to nothing else in the portal.
 */
import { Hono } from 'hono';
import { z } from 'zod';
import { fromBase64url } from '#base/bytes.ts';
import { type Policy, passkeyKinds } from '../../config.ts';
import type { RelyingPartyContext } from '../../context.ts';
import { type EncodedMetadata, verifyEncoded } from '../../metadata/encoded-metadata.ts';
import { parseRevocationList } from '../../metadata/revocation-list.ts';
import { parseCertificate } from '../../verification/certificate.ts';
import type { PortalEnv } from '../portal-env.ts';

/** DER in base64url that `parse` can read. */
const derOf = (parse: (der: Uint8Array) => unknown, expected: string) =>
  z
    .base64url()
    .transform((text) => fromBase64url(text))
    .refine(
      (der) => {
        try {
          return parse(der);
        } catch {
          return false;
        }
      },
      { error: `Expected ${expected} in DER` },
    );
const certificate = derOf(parseCertificate, 'a certificate');
const revocationList = derOf((der) => parseRevocationList(der), 'a certificate revocation list');

/** All settings at once; an absent setting is not applied. Binary values are base64url. `null` restores the settings of the portal. */
const settingsSchema = z.strictObject({
  attestation: z.enum(['required', 'optional']),
  algorithms: z.array(z.int()).nonempty(),
  trustAnchors: z.array(certificate),
  /** A BLOB that is not valid is a reason to refuse registrations. */
  metadata: z
    .strictObject({
      blob: z.string(),
      roots: z.array(certificate),
      revocationLists: z.array(revocationList),
      previousNumber: z.int().nonnegative(),
    })
    .optional(),
  policy: z
    .strictObject({
      allowed: z.array(z.guid()).optional(),
      denied: z.array(z.guid()).optional(),
      synced: z.literal('denied').optional(),
    })
    .optional(),
});
type Settings = z.output<typeof settingsSchema>;

/** What the settings demand of a passkey. */
interface DemandedPolicy extends Pick<Settings, 'attestation'> {
  algorithms: readonly number[];
  policy?:
    | {
        /** AAGUIDs. */
        allowed?: readonly string[] | undefined;
        denied?: readonly string[] | undefined;
        synced?: 'denied' | undefined;
      }
    | undefined;
}

export interface ConformanceSettings {
  routes: Hono<PortalEnv>;
  /** Returns the context with the settings in force; undefined while there are none. */
  context(): RelyingPartyContext | undefined;
}

export function createConformanceSettings(original: RelyingPartyContext): ConformanceSettings {
  let changed: RelyingPartyContext | undefined;
  const routes = new Hono<PortalEnv>();
  routes.post('/conformance/settings', async (c) => {
    const settings = settingsSchema.nullable().safeParse(await c.req.json().catch(() => undefined));
    if (!settings.success) return c.json({ error: z.prettifyError(settings.error) }, 400);
    changed = settings.data === null ? undefined : withSettings(original, settings.data);
    return c.body(null, 204);
  });
  return { routes, context: () => changed };
}

const withSettings = (original: RelyingPartyContext, settings: Settings): RelyingPartyContext => ({
  ...original,
  trustAnchors: Object.freeze(settings.trustAnchors.map(parseCertificate)),
  metadata: settings.metadata && readOnce(settings.metadata, original),
  policy: async () => ({ ...(await original.policy()), ...toPolicy(settings) }),
});

/** The BLOB is verified by the first registration, so that its refusal names the violated rule. */
function readOnce(metadata: EncodedMetadata, { clock }: RelyingPartyContext): RelyingPartyContext['metadata'] {
  const read = async () => verifyEncoded(metadata, clock.now());
  let blob: ReturnType<typeof read> | undefined;
  return () => {
    blob ??= read();
    return blob;
  };
}

/** Returns the part of the portal's policy that the settings are about. */
export const toPolicy = ({
  attestation,
  algorithms,
  policy: { allowed, denied, synced } = {},
}: DemandedPolicy): Pick<Policy, 'attestation' | 'algorithms' | 'aaguids' | 'allow'> => ({
  attestation: attestation === 'required' ? 'enforced' : 'requested',
  algorithms: algorithms as [number, ...number[]],
  aaguids: toModels(allowed, denied),
  allow: synced ? ['security-key', 'this-device'] : [...passkeyKinds],
});

/** The portal allows nothing if the allow list is empty. */
function toModels(allowed?: readonly string[], denied?: readonly string[]): Policy['aaguids'] {
  if (allowed) return { mode: 'allow', list: [...allowed] };
  return denied ? { mode: 'deny', list: [...denied] } : { mode: 'off', list: [] };
}
