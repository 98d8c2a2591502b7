/**
 * The settings that a server must have for a case, and the port that applies them. `docs/conformance-relying-party.md` describes the
 * document.
 */
import { toBase64url } from '#base/bytes.ts';
import type { CeremonySettings, ModelPolicy } from './ceremony-settings.ts';
import { encodeMetadata, type MetadataJson } from './encode-metadata.ts';

/** All settings at once; an absent one is not in force. Binary values are base64url. */
export interface SettingsDocument {
  attestation: CeremonySettings['attestation'];
  /** COSE algorithms to request. */
  algorithms: readonly number[];
  /** Root certificates of attestation, DER. */
  trustAnchors: readonly string[];
  metadata?: MetadataJson;
  policy?: ModelPolicy;
}

/** The description of a server by its owner. */
export interface ServerDescription {
  /** Attestation statement formats that it verifies. */
  formats: readonly string[];
}

/**
 * Gives settings to the server, or its own with null, and waits until they are in force. Returns what is known about the server, if the
 * owner says that.
 * @throws {SettingsRefused} if the server refuses them, {SettingsUnsupported} if it has no such setting, {UnavailableError} if that failed.
 */
export type ConfigureServer = (settings: SettingsDocument | null) => Promise<ServerDescription | undefined>;

/** The server refuses settings, for example a BLOB that is not valid. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
}

/** The server has no such setting. */
export class SettingsUnsupported extends Error {
  override readonly name = 'SettingsUnsupported';
}

/** Returns the document. User verification is not in it: the requests of the conformance API ask for it. */
export const toDocument = (
  { attestation, algorithms, metadata, policy }: CeremonySettings,
  trustAnchors: readonly Uint8Array[],
): SettingsDocument => ({
  attestation,
  algorithms,
  trustAnchors: trustAnchors.map(toBase64url),
  ...(metadata && { metadata: encodeMetadata(metadata) }),
  ...(policy && { policy }),
});
