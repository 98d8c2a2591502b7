/** Changes every part of an attestation statement, one at a time. */
import { concat } from '#base/bytes.ts';
import type { CborValue } from '#protocol/cbor.ts';

/** Yields copies of a statement, each with one value or member changed, and a description of the change. */
export function* changedCopies(statement: CborValue, path = ''): Generator<[string, CborValue]> {
  if (statement instanceof Uint8Array) {
    yield [`${path} changed`, statement.with(-1, (statement.at(-1) ?? 0) ^ 1)];
    yield [`${path} truncated`, statement.slice(0, -1)];
    yield [`${path} longer`, concat(statement, Uint8Array.of(0))];
  } else if (Array.isArray(statement)) {
    for (const [index, item] of statement.entries())
      for (const [what, value] of changedCopies(item, `${path}[${index}]`)) yield [what, statement.with(index, value)];
    yield [`${path} empty`, []];
  } else if (statement instanceof Map) {
    for (const [key, item] of statement) {
      for (const [what, value] of changedCopies(item, `${path}.${key}`))
        yield [what, new Map(statement).set(key, value)];
      yield [`${path} without ${key}`, new Map([...statement].filter(([name]) => name !== key))];
    }
    yield [`${path} with another member`, new Map(statement).set('more', 1)];
  } else if (typeof statement === 'number') yield [`${path} other`, -65000];
  else if (typeof statement === 'string') yield [`${path} empty`, ''];
}
