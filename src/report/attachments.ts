/**
 * Copies what a test attached into the run's folder, masked. Text is masked; an archive (a trace) cannot be, so it stays
 * where Playwright keeps it when the run knows secrets, and the case says so.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { TestResult } from '@playwright/test/reporter';
import { toHex } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { Mask } from '#result/mask.ts';
import { type Attachment, caseRecordAttachment, secretsAttachment } from '#result/run-result.ts';

/** A file to copy: its content, or the path of it. */
export type AttachmentSource = TestResult['attachments'][number];

export interface AttachmentTarget {
  /** The run's folder. */
  folder: string;
  mask: Mask;
  /** Whether any secret is known, so that what cannot be masked must not be copied. */
  secretive: boolean;
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

/** Names that are for the reporter (case record, secrets) or for Playwright itself (leading underscore). */
const isInternal = ({ name }: AttachmentSource): boolean =>
  name === caseRecordAttachment || name === secretsAttachment || name.startsWith('_');

/** Copies the attachments of all attempts of the case `id`; `notes` says what was left out and why. */
export function copyAttachments(id: string, results: readonly TestResult[], target: AttachmentTarget) {
  const all = results.flatMap(({ attachments }) => attachments);
  return copyFiles(
    id,
    all.filter((attachment) => !isInternal(attachment)),
    target,
  );
}

/** Copies files of the case `id`; `notes` says what was left out and why. */
export async function copyFiles(
  id: string,
  kept: readonly AttachmentSource[],
  { folder, mask, secretive }: AttachmentTarget,
): Promise<{ attachments: Attachment[]; notes: string[] }> {
  const attachments: Attachment[] = [];
  const notes: string[] = [];
  const home = `attachments/${folderName(mask(id))}`;
  for (const [index, attachment] of kept.entries()) {
    const name = mask(attachment.name);
    const contentType = attachment.contentType.split(';')[0]!.trim().toLowerCase();
    if (secretive && isArchive(contentType, attachment.path)) {
      notes.push(`Attachment "${name}" was not copied: it may hold secrets and an archive cannot be masked.`);
      continue;
    }
    try {
      const path = `${home}/${String(index + 1).padStart(2, '0')}-${fileName(name, contentType, attachment.path)}`;
      await mkdir(join(folder, home), { recursive: true });
      await writeFile(join(folder, path), maskedContent(await contentOf(attachment), contentType, mask));
      attachments.push({ name, contentType, path });
    } catch (error) {
      notes.push(`Attachment "${name}" could not be copied: ${mask((error as Error).message)}`);
    }
  }
  return { attachments, notes };
}

const contentOf = async ({ body, path }: AttachmentSource): Promise<Buffer> =>
  body ?? (path ? await readFile(path) : Buffer.alloc(0));

const isArchive = (contentType: string, path = ''): boolean =>
  /zip|tar|gzip|x-7z/.test(contentType) || /\.(zip|tgz|gz|tar)$/.test(path);

const isText = (contentType: string): boolean =>
  /^text\/|json|xml|yaml|javascript|x-www-form-urlencoded|x-ndjson/.test(contentType);

const maskedContent = (content: Buffer, contentType: string, mask: Mask): string | Buffer =>
  isText(contentType) ? mask(content.toString()) : content;

/** Readable and unique: ids may differ in characters that file names cannot have. */
const folderName = (id: string): string => `${safe(id).slice(0, 60)}-${toHex(sha256(id)).slice(0, 8)}`;

function fileName(name: string, contentType: string, path = ''): string {
  const extension = extensions[contentType] ?? (safe(extname(path)) || '.bin');
  const stem = safe(name.endsWith(extension) ? name.slice(0, -extension.length) : name);
  return `${stem.slice(0, 60) || 'attachment'}${extension}`;
}

const safe = (text: string): string => text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '');
