/** Base64url members of JSON bodies: canonical, so that one value has one spelling. */
import { z } from 'zod';
import { fromBase64url, toBase64url } from '#base/bytes.ts';
import { Refusal } from '../refusals.ts';

function isCanonical(text: string): boolean {
  try {
    return toBase64url(fromBase64url(text)) === text;
  } catch {
    return false;
  }
}

export const base64url = z.string().min(1).refine(isCanonical, 'must be base64url without padding');

/** @throws {Refusal} `body-invalid`, naming the first member that is wrong. */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new Refusal('body-invalid', `${path.join('.') || 'body'}: ${message}`);
}
