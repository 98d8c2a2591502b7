/** The schema of scenario files as JSON Schema draft-07, for completion and validation in editors. `scenario.schema.json` is a copy. */
import { z } from 'zod';
import { scenarioFile } from './schema.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;
type Node = JsonSchema | boolean;

/** Returns the JSON Schema. Keys are in the order of the schema, so equal schemas have equal texts. */
export function scenarioJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(scenarioFile, { target: 'draft-7', io: 'input' }) as JsonSchema;
  const { definitions = {}, ...rest } = withReferences(schema) as JsonSchema & { definitions?: Record<string, Node> };
  return {
    ...rest,
    title: 'Touchstone scenario',
    definitions: { ...definitions, reference: { type: 'string', pattern: '\\$\\{.+\\}' } },
  };
}

/** Allows a reference `${...}` in place of every property and item, at every level. */
function withReferences(schema: Node): Node {
  if (typeof schema === 'boolean') return schema;
  const widened: JsonSchema = { ...schema };
  if (schema.properties) widened.properties = mapValues(schema.properties, orReference);
  if (schema.definitions)
    widened.definitions = mapValues(schema.definitions as Record<string, Node>, withReferences) as Record<
      string,
      JsonSchema
    >;
  if (typeof schema.additionalProperties === 'object')
    widened.additionalProperties = orReference(schema.additionalProperties);
  if (schema.items && !Array.isArray(schema.items)) widened.items = orReference(schema.items);
  if (schema.anyOf) widened.anyOf = schema.anyOf.map(withReferences) as JsonSchema[];
  return widened;
}

function orReference(schema: Node): Node {
  const widened = withReferences(schema);
  if (typeof widened === 'boolean' || isPlainText(widened) || Object.keys(widened).length === 0) return widened;
  const { description, ...rest } = widened;
  return { ...(description ? { description } : {}), anyOf: [rest, { $ref: '#/definitions/reference' }] };
}

const isPlainText = ({ type, pattern, enum: values, const: constant }: JsonSchema): boolean =>
  type === 'string' && pattern === undefined && values === undefined && constant === undefined;

const mapValues = (record: Record<string, Node>, change: (value: Node) => Node): Record<string, Node> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
