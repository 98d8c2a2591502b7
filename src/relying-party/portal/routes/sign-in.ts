/** Routes: sign-in with a password or a Temporary Access Pass, and sign-out. Sign-in with a passkey is in `api.ts`. */
import { Hono } from 'hono';
import { endSession, sanitizePath, showPage, startSession, statusOf } from '../http.ts';
import { type SignInView, signInPage } from '../pages/sign-in-page.ts';
import type { PortalContext, PortalEnv, PortalServices } from '../portal-env.ts';
import { readFormText } from '../request-body.ts';

export function signInRoutes({ context, signIn }: PortalServices): Hono<PortalEnv> {
  const routes = new Hono<PortalEnv>();
  const showSignIn = async (c: PortalContext, view: Omit<SignInView, 'csrf' | 'autofill'>) => {
    const { passkeyAutofill: autofill } = await context.policy();
    return showPage(c, context, {
      title: 'Sign in',
      script: 'sign-in.js',
      body: signInPage({ csrf: c.get('csrf'), autofill, ...view }),
      status: statusOf(view.refused),
    });
  };

  routes.get('/sign-in', async (c) => {
    const next = sanitizePath(c.req.query('next'));
    if (c.get('caller')) return c.redirect(next, 303);
    return showSignIn(c, { with: parseMethod(c.req.query('with')), next, name: '' });
  });

  routes.post('/sign-in', async (c) => {
    const name = readFormText(c, 'name');
    const secret = readFormText(c, 'secret');
    const next = sanitizePath(readFormText(c, 'next'));
    const method = parseMethod(readFormText(c, 'with'));
    const outcome = await (method === 'tap' ? signIn.withTap(name, secret) : signIn.withPassword(name, secret));
    if (!outcome.accepted) return showSignIn(c, { with: method, next, name, refused: outcome });
    startSession(c, outcome);
    return c.redirect(next, 303);
  });

  routes.post('/sign-out', async (c) => {
    const caller = c.get('caller');
    if (caller) await signIn.signOut(caller);
    endSession(c);
    return c.redirect('/sign-in', 303);
  });

  return routes;
}

const parseMethod = (text: string | undefined): SignInView['with'] => (text === 'tap' ? 'tap' : 'password');
