/** Better Auth as its documentation shows (https://better-auth.com/docs/plugins/passkey), with its data in memory. */
import { passkey } from '@better-auth/passkey';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { createAuthMiddleware } from 'better-auth/api';

/** `baseURL`: origin of the site. */
export const createAuth = (baseURL: string) =>
  betterAuth({
    appName: 'Passkey guestbook',
    baseURL,
    secret: crypto.randomUUID() + crypto.randomUUID(),
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], passkey: [] }),
    emailAndPassword: { enabled: true },
    user: { deleteUser: { enabled: true } },
    plugins: [
      passkey({
        rpID: 'localhost',
        rpName: 'Passkey guestbook',
        origin: baseURL,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      }),
    ],
    hooks: { after: requestAttestation },
  });

/** The plugin requests no attestation, but verifies one that it receives. This site requests it, because it shows the models of security keys. */
const requestAttestation = createAuthMiddleware(async (ctx) => {
  const { returned } = ctx.context;
  if (ctx.path !== '/passkey/generate-register-options' || returned instanceof Error) return undefined;
  return ctx.json({ ...(returned as object), attestation: 'direct' });
});
