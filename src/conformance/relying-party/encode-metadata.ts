/** Metadata for programs that get it as JSON. */
import { toBase64url } from '#base/bytes.ts';
import type { MetadataSource } from './ceremony-settings.ts';

/** Binary values are base64url. */
export interface MetadataJson {
  /** JSON Web Token. */
  blob: string;
  roots: readonly string[];
  revocationLists: readonly string[];
  previousNumber: number;
}

export const encodeMetadata = ({ blob, roots, revocationLists, previousNumber }: MetadataSource): MetadataJson => ({
  blob,
  roots: roots.map(toBase64url),
  revocationLists: revocationLists.map(toBase64url),
  previousNumber,
});
