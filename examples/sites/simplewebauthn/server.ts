/**
 * A small web site with passkeys, written the way the documentation of SimpleWebAuthn shows (https://simplewebauthn.dev/docs). It has
 * no code of Touchstone: `simplewebauthn.yaml` describes what a user does here.
 *
 * `npx tsx examples/sites/simplewebauthn/server.ts [port]` serves it at http://localhost:PORT.
 */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server';
import { build } from 'esbuild';
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { accountPage, type ListedPasskey, loginPage } from './pages.ts';

const rpName = 'Passkey notes';
const rpID = 'localhost';

interface Passkey extends ListedPasskey {
  credential: WebAuthnCredential;
}

interface User {
  name: string;
  password: string;
  passkeys: Passkey[];
}

interface Session {
  user?: User;
  /** Challenge of the ceremony that is in progress. */
  currentChallenge?: string;
}

const users = new Map<string, User>();
const sessions = new Map<string, Session>();
const newId = () => randomBytes(16).toString('base64url');

/** Returns the session of the browser; creates one if it has none. */
function sessionOf(c: Context): Session {
  const id = getCookie(c, 'session') ?? '';
  const known = sessions.get(id);
  if (known) return known;
  const created = newId();
  const session: Session = {};
  sessions.set(created, session);
  setCookie(c, 'session', created, { httpOnly: true, sameSite: 'Strict', path: '/' });
  return session;
}

const app = new Hono();
let origin = '';

app.get('/', (c) => c.redirect(sessionOf(c).user ? '/account' : '/login'));
app.get('/login', (c) => c.html(loginPage()));

app.post('/login', async (c) => {
  const { name, password } = await c.req.parseBody();
  const user = users.get(String(name));
  if (!user || user.password !== password) return c.html(loginPage('The name or the password is wrong'), 401);
  sessionOf(c).user = user;
  return c.redirect('/account', 303);
});

app.post('/logout', (c) => {
  sessions.delete(getCookie(c, 'session') ?? '');
  deleteCookie(c, 'session');
  return c.redirect('/login', 303);
});

app.get('/account', (c) => {
  const { user } = sessionOf(c);
  return user ? c.html(accountPage(user.name, user.passkeys)) : c.redirect('/login');
});

app.get('/generate-registration-options', async (c) => {
  const session = sessionOf(c);
  if (!session.user) return c.json({ error: 'Sign in first' }, 401);
  const options = await generateRegistrationOptions({
    rpName,
    rpID,
    userName: session.user.name,
    attestationType: 'direct',
    excludeCredentials: session.user.passkeys.map(({ credential: { id, transports } }) => ({
      id,
      ...(transports && { transports }),
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  session.currentChallenge = options.challenge;
  return c.json(options);
});

app.post('/verify-registration', async (c) => {
  const session = sessionOf(c);
  const { user, currentChallenge } = session;
  if (!user || currentChallenge === undefined) return c.json({ error: 'No registration is in progress' }, 400);
  delete session.currentChallenge;
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: await c.req.json<RegistrationResponseJSON>(),
      expectedChallenge: currentChallenge,
      expectedOrigin: origin,
      expectedRPID: rpID,
    });
    if (!verified || !registrationInfo) return c.json({ verified: false }, 400);
    user.passkeys.push({ name: `Passkey ${user.passkeys.length + 1}`, credential: registrationInfo.credential });
    return c.json({ verified });
  } catch (error) {
    return c.json({ error: (error as Error).message }, 400);
  }
});

app.post('/passkeys/:number/name', async (c) => {
  const { name } = await c.req.json<{ name: string }>();
  const passkey = sessionOf(c).user?.passkeys[Number(c.req.param('number'))];
  if (!passkey || name.trim() === '') return c.json({ error: 'The passkey needs a name' }, 400);
  passkey.name = name.trim();
  return c.json({ renamed: true });
});

app.post('/passkeys/:number/delete', (c) => {
  sessionOf(c).user?.passkeys.splice(Number(c.req.param('number')), 1);
  return c.redirect('/account', 303);
});

app.get('/generate-authentication-options', async (c) => {
  const options = await generateAuthenticationOptions({ rpID, userVerification: 'required' });
  sessionOf(c).currentChallenge = options.challenge;
  return c.json(options);
});

app.post('/verify-authentication', async (c) => {
  const session = sessionOf(c);
  const response = await c.req.json<AuthenticationResponseJSON>();
  const owner = [...users.values()].find(({ passkeys }) =>
    passkeys.some(({ credential }) => credential.id === response.id),
  );
  const passkey = owner?.passkeys.find(({ credential }) => credential.id === response.id);
  if (!passkey || session.currentChallenge === undefined) return c.json({ error: 'This passkey is unknown' }, 400);
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: session.currentChallenge,
      expectedOrigin: origin,
      expectedRPID: rpID,
      credential: passkey.credential,
    });
    passkey.credential.counter = authenticationInfo.newCounter;
    if (verified && owner) session.user = owner;
    return c.json({ verified });
  } catch (error) {
    return c.json({ error: (error as Error).message }, 400);
  }
});

/** For tests: creates a user with a new password. A real site would have this only where it is tested. */
app.post('/test/users', (c) => {
  const user: User = { name: `user-${newId()}`, password: newId(), passkeys: [] };
  users.set(user.name, user);
  return c.json({ name: user.name, password: user.password }, 201);
});

for (const name of ['login', 'account']) {
  const script = await bundle(`${name}.ts`);
  app.get(`/${name}.js`, (c) => c.body(script, 200, { 'content-type': 'text/javascript' }));
}

/** Returns a script of the pages, with what it imports. */
async function bundle(file: string): Promise<string> {
  const entry = new URL(file, import.meta.url).pathname;
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
  return outputFiles[0]?.text ?? '';
}

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.argv[2] ?? 4173) }, (address) => {
  origin = `http://localhost:${(address as AddressInfo).port}`;
  console.log(origin);
});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
