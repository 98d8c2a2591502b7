/**
 * A small web site with the passkey plugin of Better Auth, on Hono as https://better-auth.com/docs/integrations/hono shows. It has
 * no code of Touchstone: `better-auth.yaml` describes what a user does here.
 *
 * `npx tsx examples/sites/better-auth/server.ts [port]` serves it at http://localhost:PORT.
 */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { build } from 'esbuild';
import { Hono } from 'hono';
import { createAuth } from './auth.ts';
import { settingsPage, signInPage } from './pages.ts';

/** The script of the pages, with the libraries that it imports. */
async function bundleClient(): Promise<string> {
  const entry = new URL('client.ts', import.meta.url).pathname;
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
  return outputFiles[0]?.text ?? '';
}

function createSite(origin: string, script: string): Hono {
  const auth = createAuth(origin);
  const site = new Hono();
  site.on(['GET', 'POST'], '/api/auth/*', (c) => auth.handler(c.req.raw));
  site.get('/', (c) => c.redirect('/settings'));
  site.get('/sign-in', (c) => c.html(signInPage()));
  site.get('/settings', async (c) => {
    const { headers } = c.req.raw;
    const session = await auth.api.getSession({ headers });
    if (!session) return c.redirect('/sign-in');
    return c.html(settingsPage(session.user.email, await auth.api.listPasskeys({ headers })));
  });
  site.get('/client.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript' }));
  return site;
}

const script = await bundleClient();
let site = new Hono();
const server = serve(
  { fetch: (request) => site.fetch(request), hostname: '127.0.0.1', port: Number(process.argv[2] ?? 4174) },
  (address) => {
    const origin = `http://localhost:${(address as AddressInfo).port}`;
    site = createSite(origin, script);
    console.log(origin);
  },
);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
