/** How each step of the article is done on the reference portal: what to press, what to type, what to wait for. */
import type { Site } from './site.ts';

const paths = { securityInfo: '/security-info', setUp: '/security-info/passkey' } as const;

/** What the portal can show after a form was sent; the text is unique to the page. */
const gate = {
  verify: 'Verify it’s you',
  'no-method': 'Add another method first',
  'set-up': 'Set up a passkey',
  'app-set-up': 'Set up your authenticator app',
  refused: 'Reason:',
} as const;
type GateAnswer = keyof typeof gate;

export const openSecurityInfo = (site: Site) => site.open(paths.securityInfo);

export const asksForSignIn = (site: Site) => site.isAt('/sign-in');

export async function signIn(site: Site, name: string, password: string, signal: AbortSignal): Promise<void> {
  if (!(await asksForSignIn(site))) await site.open('/sign-in');
  await site.type('User name', name, signal);
  await site.type('Password', password, signal);
  await site.press('Sign in', 'button', signal);
}

/** Signed out is who sees the sign-in page again: the browser may still be on its way there after the button. */
export async function signOut(site: Site, signal: AbortSignal): Promise<void> {
  await site.press('Sign out', 'button', signal);
  await site.whichAppears({ 'sign-in': 'User name' }, signal);
}

export const addSignInMethod = (site: Site, signal: AbortSignal) => site.press('Add sign-in method', 'link', signal);

const methodLabels = { passkey: 'Passkey', 'authenticator-app': 'Authenticator app' } as const;

export async function chooseMethod(site: Site, method: keyof typeof methodLabels, signal: AbortSignal): Promise<void> {
  await site.press(methodLabels[method], 'radio', signal);
  await site.press('Add', 'button', signal);
  await goOn(site, signal);
}

/** Passes the MFA gate with a code from the authenticator app or a Temporary Access Pass. */
export async function verifyWith(site: Site, method: 'totp' | 'tap', code: string, signal: AbortSignal): Promise<void> {
  const label = method === 'totp' ? 'Code' : 'Temporary Access Pass';
  await switchTo(site, method, signal);
  await site.type(label, code, signal);
  await site.press('Next', 'button', signal);
  await goOn(site, signal);
}

/** Without a method: sets up an authenticator app. `codeFor` is the app: it makes a code from the key the page shows. */
export async function addAuthenticatorApp(
  site: Site,
  codeFor: (secret: string) => string,
  signal: AbortSignal,
): Promise<void> {
  if ((await site.whichAppears(gate, signal)) === 'no-method')
    await site.press('Set up authenticator app', 'link', signal);
  const secret = await site.act(
    'read the key',
    async (page) => (await page.getByTestId('totp-secret').textContent()) ?? '',
  );
  await site.type('Code', codeFor(secret.replaceAll(' ', '')), signal);
  await site.press('Next', 'button', signal);
  await goOn(site, signal);
}

export async function namePasskey(site: Site, name: string, signal: AbortSignal): Promise<void> {
  await site.type('Passkey name', name, signal);
}

/** Submits the name; presses Done when the portal took it. */
export async function finish(site: Site, signal: AbortSignal): Promise<void> {
  await site.press('Next', 'button', signal);
  const answer = await site.whichAppears({ added: 'Passkey added', refused: gate.refused }, signal);
  if (answer === 'added') await site.press('Done', 'button', signal);
}

export async function renamePasskey(site: Site, from: string, to: string, signal: AbortSignal): Promise<void> {
  await site.press(`Rename ${from}`, 'link', signal);
  await site.type('Passkey name', to, signal);
  await site.press('Save', 'button', signal);
}

export async function deletePasskey(site: Site, name: string, signal: AbortSignal): Promise<void> {
  await site.press(`Delete ${name}`, 'link', signal);
  await site.press('Delete', 'button', signal);
}

/** Lets the page abort the `create()` it is waiting for. */
export const abortByPage = (site: Site, signal: AbortSignal) => site.press('Cancel', 'button', signal);

export async function signInWithPasskey(site: Site, signal: AbortSignal): Promise<void> {
  await site.open('/sign-in');
  await site.press('Use a passkey', 'button', signal);
}

/** Where the gate offers two ways, the wanted one. */
async function switchTo(site: Site, method: 'totp' | 'tap', signal: AbortSignal): Promise<void> {
  const answer = await site.whichAppears(gate, signal);
  const page = await site.page();
  const links = { totp: 'Use your authenticator app instead', tap: 'Use a Temporary Access Pass instead' };
  const link = answer === 'no-method' && method === 'tap' ? 'I have a Temporary Access Pass' : links[method];
  if (await page.getByRole('link', { name: link }).isVisible()) await site.press(link, 'link', signal);
}

/** From the page that explains passkeys the person goes on; every other page waits for a step of its own. */
async function goOn(site: Site, signal: AbortSignal): Promise<GateAnswer> {
  const answer = await site.whichAppears(gate, signal);
  if (answer === 'set-up' && (await site.isAt(paths.setUp))) await site.press('Next', 'button', signal);
  return answer;
}
