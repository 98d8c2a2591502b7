/** Runs `playwright run-server`, as a container or a grid does, for a browser that is installed on this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BrowserEngine } from '../bridge.ts';
import { launchOptions } from '../launch.ts';
import type { RemoteServer } from './test-bridge.ts';

const commandLine = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js');

/** `--unsafe` lets the client choose the executable; a grid has Playwright's own browsers and does without. */
export async function startPlaywrightServer(engine: BrowserEngine): Promise<RemoteServer> {
  const args = [commandLine, 'run-server', '--host', '127.0.0.1', '--port', '0', '--unsafe'];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const endpoint = await readEndpoint(createInterface(server.stdout));
  return {
    endpoint,
    reachesThisMachine: true,
    headers: { 'x-playwright-launch-options': JSON.stringify(launchOptions({ engine })) },
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT'); // SIGTERM would end only its browsers
      await ended;
    },
  };
}

async function readEndpoint(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const [endpoint] = /ws:\/\/\S+/.exec(line) ?? [];
    if (endpoint !== undefined) return endpoint;
  }
  throw new Error('The Playwright server ended before it listened');
}
