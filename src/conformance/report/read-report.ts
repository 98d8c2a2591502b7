/** Reads the master file of an earlier conformance run. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '#base/errors.ts';
import { type ConformanceReport, reportFormat, reportSchema, reportVersion } from './report-model.ts';

/**
 * Returns the report in a file, or in `result.json` of a folder.
 * @throws {UsageError} if it cannot be read or is no report of a conformance run.
 */
export async function readReport(path: string): Promise<ConformanceReport> {
  return parseReport(await readText(path), path);
}

/** @throws {UsageError} if the text is no report of a conformance run. */
export function parseReport(text: string, name: string): ConformanceReport {
  const value = parseJson(text, name);
  checkVersion(value, name);
  const result = reportSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') || 'the whole file';
  throw new UsageError(
    `Cannot read ${name}: expected the result.json of a conformance run, but ${where} is not valid: ${issue?.message}`,
  );
}

/** @throws {UsageError} if the report has another version of the format. */
function checkVersion(value: unknown, name: string): void {
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown };
  if (format === reportFormat && version !== reportVersion)
    throw new UsageError(
      `Cannot read ${name}: It has version ${version} of the format ${reportFormat}, expected version ${reportVersion}: read it with the version of Touchstone that wrote it`,
    );
}

async function readText(path: string): Promise<string> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return await readFile(isFolder ? join(path, 'result.json') : path, 'utf8');
  } catch (cause) {
    throw new UsageError(`Cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot read ${name}: expected JSON (${messageOf(cause)})`, { cause });
  }
}
