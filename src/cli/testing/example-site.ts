/** Starts the web sites under `examples/sites`, each in a process of its own, as a user of Touchstone would. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '../../..');

export interface ExampleSite {
  /** The site file, relative to the project. */
  file: string;
  url: string;
  stop(): Promise<void>;
}

/** @throws {Error} if the server ends before it prints its address; the message contains what it printed. */
export async function startExampleSite(name: 'simplewebauthn' | 'better-auth'): Promise<ExampleSite> {
  const folder = `examples/sites/${name}`;
  const server = spawn(process.execPath, ['--import', 'tsx', `${folder}/server.ts`, '0'], { cwd: root });
  const ended = once(server, 'exit');
  let errors = '';
  server.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
  });
  const firstLine = once(createInterface(server.stdout), 'line').then(([line]) => String(line));
  const url = await Promise.race([firstLine, ended.then(() => undefined)]);
  if (url === undefined) throw new Error(`${folder}/server.ts ended without an address: ${errors}`);
  return {
    file: `${folder}/${name}.yaml`,
    url,
    async stop() {
      server.kill();
      await ended;
    },
  };
}
