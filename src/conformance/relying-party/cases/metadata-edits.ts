/** Changes of metadata. */
import type { MetadataParts } from '../make-metadata.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import type { BaseChanges } from './define.ts';

type Json = Record<string, unknown>;

/** The ceremony with metadata: the attestation has a certificate, and the metadata contains the model. */
export const metadataBase: BaseChanges = { attestation: 'packed-basic', usesMetadata: true };

export const metadata = (change: (parts: MetadataParts) => Partial<MetadataParts>): RegistrationChange => ({
  metadata: (parts) => ({ ...parts, ...change(parts) }),
});

export const header = (members: Json): RegistrationChange =>
  metadata((parts) => ({ header: { ...parts.header, ...members } }));

export const payload = (members: Json): RegistrationChange =>
  metadata((parts) => ({ payload: { ...parts.payload, ...members } as MetadataParts['payload'] }));

/** Changes the token after it was signed; `change` gets its three parts. */
export const token = (change: (parts: [header: string, payload: string, signature: string]) => string) =>
  metadata(() => ({ token: (text) => change(text.split('.') as [string, string, string]) }));

/** Changes the entry of the model. */
export const entry = (change: (entry: Json) => Json): RegistrationChange =>
  metadata(({ payload: whole }) => ({ payload: { ...whole, entries: whole.entries.map(change) } }));

/** Adds an entry of another model, with these members. */
export const otherEntry = (members: Json): RegistrationChange =>
  metadata(({ payload: whole }) => ({
    payload: {
      ...whole,
      entries: [...whole.entries, { ...whole.entries[0], aaguid: '00000000-0000-4000-8000-000000000001', ...members }],
    },
  }));

export const statement = (members: Json): RegistrationChange =>
  entry((one) => ({ ...one, metadataStatement: { ...(one.metadataStatement as Json), ...members } }));

export const reports = (...statusReports: Json[]): RegistrationChange => entry((one) => ({ ...one, statusReports }));
