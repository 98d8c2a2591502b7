/** Serves the hooks. */
import { serve } from '@hono/node-server';
import { TransportError } from '#protocol/errors.ts';
import { createHooks } from './control-api.ts';
import type { OnlineKey } from './served-key-session.ts';

/** Where the hooks are served; port 0 takes a free one. */
export interface HttpAddress {
  host: string;
  port: number;
}

export const loopback = '127.0.0.1';

export interface HooksServer extends AsyncDisposable {
  /** E.g. `http://127.0.0.1:8080`. */
  readonly origin: string;
}

/** @throws {TransportError} `unavailable` when the port cannot be had. */
export async function serveHooks(keys: readonly OnlineKey[], { host, port }: HttpAddress): Promise<HooksServer> {
  const app = createHooks(keys, host === loopback ? [loopback, 'localhost'] : undefined);
  const server = serve({ fetch: app.fetch, hostname: host, port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is taken' : cause.message;
      reject(new TransportError('unavailable', `cannot serve the hooks at http://${host}:${port}: ${why}`, { cause }));
    });
  });
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    origin: `http://${host}:${bound}`,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise<unknown>((resolve) => server.close(resolve));
    },
  };
}
