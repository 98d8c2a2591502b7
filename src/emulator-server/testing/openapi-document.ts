/** Checks answers of an HTTP API against an OpenAPI document in `docs/`. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { parse } from 'yaml';

const methods = ['get', 'put', 'post', 'delete'];

export class OpenApiDocument {
  readonly #document;
  readonly #ajv = new Ajv2020({ strict: false });

  constructor(file: string) {
    this.#document = parse(readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8'));
    this.#ajv.addSchema({ ...this.#document, $id: 'api' });
  }

  /** All operations as `METHOD /path`. */
  get operations(): string[] {
    return Object.entries<Record<string, unknown>>(this.#document.paths).flatMap(([path, item]) =>
      methods.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  /** All example request bodies: method, path, body. */
  get exampleRequests(): [method: string, path: string, body: unknown][] {
    return this.operations.flatMap((operation) => {
      const [method = '', path = ''] = operation.split(' ');
      const body = this.#document.paths[path][method.toLowerCase()].requestBody?.content['application/json'];
      if (!body) return [];
      const examples = Object.values<{ value: unknown }>(body.examples ?? { only: { value: body.example } });
      return examples.map(({ value }): [string, string, unknown] => [method, path, value]);
    });
  }

  /** Fails unless the document describes this answer of an operation. */
  expectDescribed(method: string, path: string, status: number, body: unknown): void {
    const response = this.#document.paths[path]?.[method.toLowerCase()]?.responses[status];
    expect(response, `${method} ${path} answers ${status}`).toBeDefined();
    const at =
      typeof response.$ref === 'string'
        ? response.$ref.slice(2)
        : jsonPointer('paths', path, method.toLowerCase(), 'responses', `${status}`);
    if (!('content' in this.#resolve(response))) {
      expect(body).toBeUndefined();
      return;
    }
    const validate = this.#ajv.getSchema(`api#/${at}/content/application~1json/schema`);
    expect(validate?.(body), JSON.stringify(validate?.errors)).toBe(true);
  }

  /** Follows a `$ref` of the document. */
  #resolve(node: Record<string, unknown>): Record<string, unknown> {
    if (typeof node.$ref !== 'string') return node;
    return node.$ref
      .split('/')
      .slice(1)
      .reduce((at, name) => at[name] as Record<string, unknown>, this.#document);
  }
}

const jsonPointer = (...names: string[]) => names.map((name) => name.replaceAll('/', '~1')).join('/');
