/** Serves the control API over HTTP. */
import { serve } from '@hono/node-server';
import { TransportError } from '#protocol/errors.ts';
import { createControlApi } from './control-api.ts';
import type { ServedKeySession } from './served-key-session.ts';

/** Address of the control API; port 0 picks a free port. */
export interface HttpAddress {
  host: string;
  port: number;
}

export const loopback = '127.0.0.1';

export interface ControlApiServer extends AsyncDisposable {
  /** E.g. `http://127.0.0.1:8080`. */
  readonly origin: string;
}

/**
 * Serves the control API of `keys`.
 * @throws {TransportError} `unavailable` if the server cannot listen on the port.
 */
export async function serveControlApi(
  keys: readonly ServedKeySession[],
  { host, port }: HttpAddress,
): Promise<ControlApiServer> {
  const app = createControlApi(keys, { allowedHosts: host === loopback ? [loopback, 'localhost'] : undefined });
  const server = serve({ fetch: app.fetch, hostname: host, port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError({ host, port }, cause)));
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address ? address.port : port;
  return {
    origin: `http://${host}:${boundPort}`,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise<unknown>((resolve) => server.close(resolve));
    },
  };
}

function listenError({ host, port }: HttpAddress, cause: NodeJS.ErrnoException): TransportError {
  const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message;
  return new TransportError('unavailable', `Cannot serve the control API at http://${host}:${port}: ${reason}`, {
    cause,
  });
}
