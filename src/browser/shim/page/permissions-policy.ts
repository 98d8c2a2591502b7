/** The permissions policy of a document, WebAuthn L3 section 5.9, as far as the engine shows it to pages. */

interface PolicyOfDocument {
  features(): string[];
  allowsFeature(feature: string): boolean;
}

/** Returns `unknown` where the engine does not show the policy: the session then reads the frame elements. */
export function policyFor(ceremony: 'create' | 'get'): 'allowed' | 'denied' | 'unknown' {
  const { permissionsPolicy, featurePolicy } = document as unknown as Record<string, PolicyOfDocument | undefined>;
  const policy = permissionsPolicy ?? featurePolicy;
  const feature = `publickey-credentials-${ceremony}`;
  if (!policy?.features().includes(feature)) return 'unknown';
  return policy.allowsFeature(feature) ? 'allowed' : 'denied';
}
