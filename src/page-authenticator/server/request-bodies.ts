/** The bodies of the requests that the authenticator server accepts, and what is wrong with others. */
import { z } from 'zod';
import { UsageError } from '#base/errors.ts';
import type { PreparedAnswers } from '../passkey-dialog.ts';
import type { SecurityKeyOptions } from '../security-key.ts';

const touch = z.union([z.enum(['auto', 'manual', 'never']), z.strictObject({ afterMs: z.number().nonnegative() })]);

/** The emulator checks the names of personas, defects, formats and algorithms. A state is an object: files belong to the server. */
const key = z.strictObject({
  persona: z.string().optional(),
  pin: z.string().nullable().optional(),
  touch: touch.optional(),
  defects: z.array(z.string()).optional(),
  attestation: z.string().optional(),
  algorithms: z.array(z.string()).optional(),
  fingerprints: z.number().optional(),
  credentialCapacity: z.number().optional(),
  seed: z.string().optional(),
  state: z.record(z.string(), z.unknown()).optional(),
});

const texts = z.array(z.string().nullable()).optional();
const answers = z.strictObject({
  choose: texts,
  connect: texts,
  pin: texts,
  presence: z.array(z.null()).optional(),
  review: texts,
  account: texts,
  autofill: texts,
});

/** @throws {UsageError} if the body is not JSON, or has other members. */
export const parseKeyOptions = (body: string): SecurityKeyOptions => parse(key, body) as SecurityKeyOptions;

/** @throws {UsageError} as `parseKeyOptions`. */
export const parsePreparedAnswers = (body: string): PreparedAnswers => parse(answers, body) as PreparedAnswers;

function parse<T>(schema: z.ZodType<T>, body: string): T {
  let json: unknown;
  try {
    json = JSON.parse(body === '' ? '{}' : body);
  } catch (cause) {
    throw new UsageError('Cannot read the body of the request: expected JSON', { cause });
  }
  const { data, error } = schema.safeParse(json);
  if (error) throw new UsageError(`Cannot use the body of the request: ${z.prettifyError(error)}`);
  return data as T;
}
