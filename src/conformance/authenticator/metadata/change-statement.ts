/** Metadata statements with one thing wrong, which prove the requirements of the group `mds`. */
import { UsageError } from '#base/errors.ts';
import { statementChecks } from '../groups/mds.ts';
import { changesOf } from './define-checks.ts';
import type { MetadataStatement } from './statement.ts';

/** By name, e.g. `metadata.schema.three`. */
export const statementChanges = changesOf(statementChecks);

export const isStatementChange = (name: string): boolean => name.startsWith('metadata.');

/** Returns a copy with the changes. @throws {UsageError} for an unknown name. */
export function changeStatement(statement: MetadataStatement, names: readonly string[]): MetadataStatement {
  const changed = structuredClone(statement) as Record<string, unknown>;
  for (const name of names) {
    const { [name]: change } = statementChanges;
    if (!change) throw new UsageError(`Unknown change of a metadata statement ${JSON.stringify(name)}`);
    change.change(changed);
  }
  return changed;
}
