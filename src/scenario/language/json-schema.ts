/** The schema of scenario files as JSON Schema draft-07, for completion and validation in editors. `scenario.schema.json` is a copy. */
import { z } from 'zod';
import { isCaseKey, scenarioFile } from './schema.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;
type Node = JsonSchema | boolean;

type Definitions = Readonly<Record<string, Node>>;

/** Returns the JSON Schema. Keys are in the order of the schema, so equal schemas have equal texts. */
export function scenarioJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(scenarioFile, { target: 'draft-7', io: 'input' }) as JsonSchema;
  const widener = new Widener(schema);
  const { definitions = {}, ...rest } = widener.widen(schema) as JsonSchema & { definitions?: Definitions };
  return {
    ...rest,
    title: 'Touchstone scenario',
    definitions: { ...definitions, reference: { type: 'string', pattern: '\\$\\{.+\\}' } },
  };
}

/** Allows a reference `${...}` in place of every property and item, at every level, and null in place of what null removes. */
class Widener {
  readonly #definitions: Definitions;
  /** The schemas of properties that are merged. */
  readonly #removable = new Set<Node>();

  constructor(file: JsonSchema) {
    this.#definitions = (file.definitions ?? {}) as Definitions;
    this.#addCaseKeys(file);
    const { items } = propertiesOf(file).cases as JsonSchema;
    this.#addCaseKeys(items as JsonSchema);
  }

  widen(schema: Node): Node {
    if (typeof schema === 'boolean') return schema;
    const widened: JsonSchema = { ...schema };
    if (schema.properties) widened.properties = mapValues(schema.properties, (one) => this.#orOthers(one));
    if (schema.definitions)
      widened.definitions = mapValues(schema.definitions as Definitions, (one) => this.widen(one)) as Record<
        string,
        JsonSchema
      >;
    if (typeof schema.additionalProperties === 'object')
      widened.additionalProperties = this.#orOthers(schema.additionalProperties);
    if (schema.items && !Array.isArray(schema.items)) widened.items = this.#orOthers(schema.items);
    if (schema.anyOf) widened.anyOf = schema.anyOf.map((one) => this.widen(one)) as JsonSchema[];
    return widened;
  }

  #orOthers(schema: Node): Node {
    const widened = this.widen(schema);
    if (typeof widened === 'boolean' || Object.keys(widened).length === 0) return widened;
    const others: JsonSchema[] = [
      ...(isPlainText(widened) ? [] : [{ $ref: '#/definitions/reference' }]),
      ...(this.#removable.has(schema) ? [{ type: 'null' as const }] : []),
    ];
    if (others.length === 0) return widened;
    const { description, ...rest } = widened;
    return { ...(description ? { description } : {}), anyOf: [rest, ...others] };
  }

  #addCaseKeys(schema: JsonSchema): void {
    for (const [key, property] of Object.entries(propertiesOf(schema))) if (isCaseKey(key)) this.#add(property);
  }

  /** Adds the schema of a property, and those of the maps in it. Lists are not merged. */
  #add(property: Node): void {
    this.#removable.add(property);
    for (const alternative of this.#alternativesOf(property)) {
      for (const inner of Object.values(propertiesOf(alternative))) this.#add(inner);
    }
  }

  #alternativesOf(schema: Node): JsonSchema[] {
    if (typeof schema === 'boolean') return [];
    const target = schema.$ref && this.#definitions[schema.$ref.replace('#/definitions/', '')];
    const others = [
      ...(target ? [target] : []),
      ...((schema.anyOf ?? []) as Node[]),
      ...((schema.allOf ?? []) as Node[]),
    ];
    return [schema, ...others.flatMap((one) => this.#alternativesOf(one))];
  }
}

const propertiesOf = ({ properties = {} }: JsonSchema): Readonly<Record<string, Node>> => properties;

const isPlainText = ({ type, pattern, enum: values, const: constant }: JsonSchema): boolean =>
  type === 'string' && pattern === undefined && values === undefined && constant === undefined;

const mapValues = (record: Definitions, change: (value: Node) => Node): Record<string, Node> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
