/** Reads the files of a bundle, and reports what cannot be read. */
import type { z } from 'zod';
import { messageOf } from '#base/errors.ts';
import type { Files } from './archive.ts';
import {
  type BundledReport,
  type BundleInput,
  bundledReportSchema,
  inputSchema,
  paths,
  type Transcript,
  transcriptSchema,
} from './contents.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { type Statement, statementSchema } from './statement.ts';

export interface BundleContents {
  manifest: Manifest | undefined;
  report: BundledReport | undefined;
  input: BundleInput | undefined;
  statement: Statement | undefined;
  transcripts: Transcript[];
}

/** Returns what can be read; what cannot is undefined and named in `problems`. */
export function readContents(files: Files, problems: string[]): BundleContents {
  const read = <T>(path: string, schema: z.ZodType<T>): T | undefined => {
    const bytes = files[path];
    if (bytes) return parse(path, bytes, schema, problems);
    problems.push(`${path} is missing`);
    return undefined;
  };
  return {
    manifest: read(paths.manifest, manifestSchema),
    report: read(paths.result, bundledReportSchema),
    input: read(paths.input, inputSchema),
    statement: read(paths.statement, statementSchema),
    transcripts: Object.entries(files)
      .filter(([path]) => path.startsWith('transcripts/'))
      .flatMap(([path, bytes]) => readLines(path, bytes, problems)),
  };
}

function readLines(path: string, bytes: Uint8Array, problems: string[]): Transcript[] {
  const lines = new TextDecoder().decode(bytes).split('\n').filter(Boolean);
  return lines.flatMap((line, index) => {
    const transcript = parse(`${path} line ${index + 1}`, line, transcriptSchema, problems);
    return transcript ? [transcript] : [];
  });
}

function parse<T>(name: string, content: Uint8Array | string, schema: z.ZodType<T>, problems: string[]): T | undefined {
  const value = parseJson(name, typeof content === 'string' ? content : new TextDecoder().decode(content), problems);
  if (value === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  problems.push(`${name}: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`);
  return undefined;
}

function parseJson(name: string, text: string, problems: string[]): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    problems.push(`${name}: expected JSON (${messageOf(error)})`);
    return undefined;
  }
}
