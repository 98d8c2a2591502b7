/** The adapters of `examples/adapters`: modules, and programs that use the line protocol. */
import { readdirSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { systemClock } from '#base/clock.ts';
import { type AdapterProcess, startAdapterProcess } from '#conformance/relying-party/adapter-process.ts';
import { loadAdapter } from './load-adapter.ts';

const folder = resolve(import.meta.dirname, '../../../examples/adapters');
/** A file that adapters share. */
const shared = 'package-version.mjs';

export interface ExampleAdapter {
  /** Name of the file. */
  file: string;
  /** @throws {UsageError | UnavailableError} if its library is not installed. */
  open(): Promise<AdapterProcess>;
}

/** Returns the adapters, sorted by name. */
export function exampleAdapters(): ExampleAdapter[] {
  const files = readdirSync(folder).filter((file) => file !== shared && /\.(mjs|py|rb|pl)$/.test(file));
  return files.sort().map((file) => ({ file, open: () => openAdapter(join(folder, file)) }));
}

async function openAdapter(path: string): Promise<AdapterProcess> {
  if (extname(path) !== '.mjs') return startAdapterProcess({ command: JSON.stringify(path), clock: systemClock });
  return { library: await loadAdapter(path), [Symbol.asyncDispose]: async () => undefined };
}
