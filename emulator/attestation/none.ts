/** Attestation statement format `none`, WebAuthn L3 section 8.7: an empty statement. */
import type { AttestationFormat } from './format.ts';

export const none: AttestationFormat = { fmt: 'none', metadataTypes: ['none'], attest: () => new Map() };
