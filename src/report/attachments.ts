/**
 * Copies the files that a test attached into the run's folder. Text is masked. An archive (a Playwright trace) cannot be masked:
 * when the run has secrets it is not copied, and a note of the case reports this.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { TestResult } from '@playwright/test/reporter';
import { toHex } from '#base/bytes.ts';
import { messageOf } from '#base/errors.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { Mask } from '#result/mask.ts';
import { type Attachment, caseRecordAttachment, secretsAttachment } from '#result/run-result.ts';

/** A file to copy: its content, or its path. */
export type AttachmentSource = TestResult['attachments'][number];

export interface AttachmentTarget {
  /** The run's folder. */
  folder: string;
  mask: Mask;
  /** Whether the run has any secret. Files that cannot be masked are then not copied. */
  hasSecrets: boolean;
}

const extensions: Record<string, string> = {
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'text/plain': '.txt',
  'text/html': '.html',
  'application/json': '.json',
  'video/webm': '.webm',
  'application/zip': '.zip',
};

/** Returns the attachments of all attempts that belong in the report. */
export const attachmentsOf = (results: readonly TestResult[]): AttachmentSource[] =>
  results.flatMap(({ attachments }) => attachments).filter((attachment) => !isInternal(attachment));

/** The text that Playwright uses to ask a language model about a failed test; it names compiled files instead of the scenario. */
const errorContextAttachment = 'error-context';

/** Whether the attachment is for the reporter (case record, secrets) or for Playwright (leading underscore, error context). */
const isInternal = ({ name }: AttachmentSource): boolean =>
  [caseRecordAttachment, secretsAttachment, errorContextAttachment].includes(name) || name.startsWith('_');

/** Copies `files` of the case `id`. `notes` lists the files that were not copied and why. */
export async function copyAttachments(
  id: string,
  files: readonly AttachmentSource[],
  { folder, mask, hasSecrets }: AttachmentTarget,
): Promise<{ attachments: Attachment[]; notes: string[] }> {
  const attachments: Attachment[] = [];
  const notes: string[] = [];
  const caseFolder = `attachments/${folderName(mask(id))}`;
  for (const [index, file] of files.entries()) {
    const name = mask(file.name);
    const contentType = mediaType(file.contentType);
    if (hasSecrets && isArchive(contentType, file.path)) {
      notes.push(`Attachment "${name}" was not copied: it may contain secrets and an archive cannot be masked.`);
      continue;
    }
    try {
      const path = `${caseFolder}/${String(index + 1).padStart(2, '0')}-${fileName(name, contentType, file.path)}`;
      await mkdir(join(folder, caseFolder), { recursive: true });
      await writeFile(join(folder, path), maskContent(await readContent(file), contentType, mask));
      attachments.push({ name, contentType, path });
    } catch (error) {
      notes.push(`Attachment "${name}" could not be copied: ${mask(messageOf(error))}`);
    }
  }
  return { attachments, notes };
}

/** Returns the media type without parameters such as `charset`. */
const mediaType = (contentType: string): string => contentType.replace(/;.*$/s, '').trim().toLowerCase();

const readContent = async ({ body, path }: AttachmentSource): Promise<Buffer> =>
  body ?? (path ? await readFile(path) : Buffer.alloc(0));

const isArchive = (contentType: string, path = ''): boolean =>
  /zip|tar|gzip|x-7z/.test(contentType) || /\.(zip|tgz|gz|tar)$/.test(path);

const isText = (contentType: string): boolean =>
  /^text\/|json|xml|yaml|javascript|x-www-form-urlencoded|x-ndjson/.test(contentType);

const maskContent = (content: Buffer, contentType: string, mask: Mask): string | Buffer =>
  isText(contentType) ? mask(content.toString()) : content;

/** The hash makes folders differ whose ids differ only in characters that file names cannot have. */
const folderName = (id: string): string => `${toSafeName(id).slice(0, 60)}-${toHex(sha256(id)).slice(0, 8)}`;

function fileName(name: string, contentType: string, path = ''): string {
  const extension = extensions[contentType] ?? (toSafeName(extname(path)) || '.bin');
  const stem = toSafeName(name.endsWith(extension) ? name.slice(0, -extension.length) : name);
  return `${stem.slice(0, 60) || 'attachment'}${extension}`;
}

const toSafeName = (text: string): string => text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '');
