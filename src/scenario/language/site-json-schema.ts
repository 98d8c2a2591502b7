/** The schema of site files as JSON Schema draft-07, for completion and validation in editors. `site.schema.json` is a copy. */
import { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';
import { siteFile } from './site-schema.ts';

/** Returns the JSON Schema. Keys are in the order of the schema, so equal schemas have equal texts. */
export const siteJsonSchema = (): JsonSchema => ({
  ...z.toJSONSchema(siteFile, { target: 'draft-7', io: 'input' }),
  title: 'Touchstone site',
});
