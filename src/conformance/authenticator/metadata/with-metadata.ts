/** Adds the metadata statement of the vendor to an authenticator under test. */
import type { TestTargetSource } from '../test-target.ts';
import type { MetadataStatement } from './statement.ts';

/** Returns the source with its statement replaced by this one. */
export const withMetadata = (source: TestTargetSource, statement: MetadataStatement): TestTargetSource => ({
  name: source.name,
  interfaces: [...new Set([...(source.interfaces ?? []), 'metadata' as const])],
  caseLimitMs: source.caseLimitMs,
  keepsState: source.keepsState,
  metadata: async () => statement,
  open: (caseId, start) => source.open(caseId, start),
});
