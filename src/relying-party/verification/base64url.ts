/** Schema of base64url members in JSON bodies. Only the canonical encoding is accepted, so that a value has one spelling. */
import { z } from 'zod';
import { fromBase64url, toBase64url } from '#base/bytes.ts';
import { RefusalError } from '../refusals.ts';

function isCanonical(text: string): boolean {
  try {
    return toBase64url(fromBase64url(text)) === text;
  } catch {
    return false;
  }
}

export const base64url = z.string().min(1).refine(isCanonical, 'Expected base64url without padding');

/** @throws {RefusalError} `body-invalid`, with the first member that is not valid. */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RefusalError('body-invalid', `${issue?.path.join('.') || 'body'}: ${issue?.message}`, {
    rule: 'envelope.members',
  });
}
