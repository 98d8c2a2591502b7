/** The options of `touchstone portal` about the metadata of authenticator models. */
import type { Command } from 'commander';
import { systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import type { MetadataBlob } from '#relying-party/metadata/blob.ts';
import { loadBlob, readRoots } from '#relying-party/metadata/load-blob.ts';
import { parseCertificate } from '#relying-party/verification/certificate.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { collect } from './option-parsers.ts';

export interface MetadataOptions {
  metadata?: string | undefined;
  metadataRoot?: string | undefined;
  metadataRevocationList?: readonly string[] | undefined;
}

export const withMetadataOptions = (command: Command): Command =>
  command
    .option('--metadata <source>', 'Check models against this metadata BLOB, a file or an https address')
    .option('--metadata-root <file>', 'Root of the metadata service, PEM or DER; default: that of the emulator')
    .option(
      '--metadata-revocation-list <source>',
      'Check the chain of the BLOB against this certificate revocation list, a file or an address, PEM or DER (repeatable)',
      collect,
      [],
    );

/**
 * Loads the metadata, before the portal starts, so that a BLOB that is not valid is an error of the command.
 * @throws {UsageError} if an option cannot be used, {UnavailableError} if a file or an address cannot be read.
 */
export async function loadMetadata(options: MetadataOptions): Promise<(() => Promise<MetadataBlob>) | undefined> {
  const { metadata, metadataRoot, metadataRevocationList: revocationLists = [] } = options;
  if (metadata === undefined) return requireNone({ metadataRoot, revocationLists });
  const roots =
    metadataRoot === undefined ? emulatorTrustAnchors().map(parseCertificate) : await readRoots(metadataRoot);
  const blob = await loadBlob(metadata, { roots, revocationLists, now: systemClock.now() });
  return async () => blob;
}

function requireNone(options: { metadataRoot: string | undefined; revocationLists: readonly string[] }): undefined {
  const given = [
    ...(options.metadataRoot === undefined ? [] : ['--metadata-root']),
    ...(options.revocationLists.length === 0 ? [] : ['--metadata-revocation-list']),
  ];
  if (given.length > 0)
    throw new UsageError(
      `Cannot use ${given.join(' and ')} without a BLOB: expected its file or address as --metadata`,
    );
}
