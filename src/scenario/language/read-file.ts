/**
 * Reads the text of scenario files: regular files of bounded size, and nothing that blocks or never ends. The caller decides
 * which paths may be read.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';

/** 64 Ki characters, the limit of the parser, with up to four bytes each. */
const maxFileBytes = 256 * 1024;

/** What was read, or why nothing was. */
export type FileText = { text: string } | { problem: string };
/** The path without symbolic links, or why there is none. */
export type RealPath = { path: string } | { problem: string };

/** Returns the path without symbolic links. */
export function realPathOf(path: string): RealPath {
  try {
    return { path: realpathSync.native(path) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** Returns the absolute path without symbolic links; with them if there is no such file. */
export function withoutLinks(path: string): string {
  const real = realPathOf(resolve(path));
  return 'path' in real ? real.path : resolve(path);
}

/** Returns true if `path` is in `folder` or is the folder. Both are without symbolic links. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`);
}

/** Returns the text of a regular file of at most `maxBytes` bytes. Other files are not opened, because that can block or have an effect. */
export function readTextFile(path: string, maxBytes = maxFileBytes): FileText {
  try {
    const kind = kindOf(statSync(path));
    if (kind !== 'a file') return { problem: `it is ${kind}, expected a file` };
    return readRegularFile(path, maxBytes);
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** Without blocking, because another process may have replaced the file by a pipe. */
function readRegularFile(path: string, maxBytes: number): FileText {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return { problem: `it is ${kindOf(stats)}, expected a file` };
    if (stats.size > maxBytes) return { problem: `it has ${stats.size} bytes; at most ${maxBytes} are read` };
    const buffer = Buffer.alloc(maxBytes + 1);
    const length = readUpTo(file, buffer);
    if (length > maxBytes) return { problem: `it has more than ${maxBytes} bytes` }; // its size was 0, as in /proc
    return { text: buffer.toString('utf8', 0, length).replace(/^\uFEFF/, '') };
  } finally {
    closeSync(file);
  }
}

/** Fills `buffer` up to the end of the file. Returns the number of bytes. */
function readUpTo(file: number, buffer: Buffer): number {
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(file, buffer, length, buffer.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return length;
}

/** Returns what is at a path, in words. */
export function kindOf(stats: Stats): string {
  if (stats.isFile()) return 'a file';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'its symbolic links form a cycle',
  ENAMETOOLONG: 'its name is too long',
  ERR_INVALID_ARG_VALUE: 'its name is invalid',
};

/** @throws `error` itself if it is not an error of the file system. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) throw error;
  return problems[String(error.code)] ?? `it cannot be read (${error.code})`;
}
