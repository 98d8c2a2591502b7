/** How each step of the registration flow is done on the reference portal: which buttons to press, what to type, what to wait for. */
import type { Site } from './site.ts';

const paths = { securityInfo: '/security-info', setUp: '/security-info/passkey' } as const;

/** The pages that the portal can show after a form was submitted, each with a text that only this page contains. */
const pageTexts = {
  verify: 'Verify it’s you',
  'no-method': 'Add another method first',
  'set-up': 'Set up a passkey',
  'app-set-up': 'Set up your authenticator app',
  refused: 'Reason:',
} as const;

export const openSecurityInfo = (site: Site) => site.open(paths.securityInfo);

export const isAtSignIn = (site: Site) => site.isAt('/sign-in');

export async function signIn(site: Site, name: string, password: string, signal: AbortSignal): Promise<void> {
  if (!(await isAtSignIn(site))) await site.open('/sign-in');
  await site.type('User name', name, signal);
  await site.type('Password', password, signal);
  await site.press('Sign in', 'button', signal);
}

/** Signs out and waits for the sign-in page, because the browser still has to load it after the button was pressed. */
export async function signOut(site: Site, signal: AbortSignal): Promise<void> {
  await site.press('Sign out', 'button', signal);
  await site.whichAppears({ 'sign-in': 'User name' }, signal);
}

export const addSignInMethod = (site: Site, signal: AbortSignal) => site.press('Add sign-in method', 'link', signal);

const methodLabels = { passkey: 'Passkey', 'authenticator-app': 'Authenticator app' } as const;

export async function chooseMethod(site: Site, method: keyof typeof methodLabels, signal: AbortSignal): Promise<void> {
  await site.press(methodLabels[method], 'radio', signal);
  await site.press('Add', 'button', signal);
  await continueFromIntroduction(site, signal);
}

/** Verifies the user with a code from the authenticator app or with a Temporary Access Pass. */
export async function verifyWith(site: Site, method: 'totp' | 'tap', code: string, signal: AbortSignal): Promise<void> {
  const label = method === 'totp' ? 'Code' : 'Temporary Access Pass';
  await switchToMethod(site, method, signal);
  await site.type(label, code, signal);
  await site.press('Next', 'button', signal);
  await continueFromIntroduction(site, signal);
}

/** Sets up an authenticator app for a user without a method. `codeFor` computes a code from the secret that the page shows. */
export async function addAuthenticatorApp(
  site: Site,
  codeFor: (secret: string) => string,
  signal: AbortSignal,
): Promise<void> {
  if ((await site.whichAppears(pageTexts, signal)) === 'no-method')
    await site.press('Set up authenticator app', 'link', signal);
  const secret = await site.act(
    'read the key',
    async (page) => (await page.getByTestId('totp-secret').textContent()) ?? '',
  );
  await site.type('Code', codeFor(secret.replaceAll(' ', '')), signal);
  await site.press('Next', 'button', signal);
  await continueFromIntroduction(site, signal);
}

export async function namePasskey(site: Site, name: string, signal: AbortSignal): Promise<void> {
  await site.type('Passkey name', name, signal);
}

/** Submits the name; presses Done if the portal accepts it. */
export async function finish(site: Site, signal: AbortSignal): Promise<void> {
  await site.press('Next', 'button', signal);
  const answer = await site.whichAppears({ added: 'Passkey added', refused: pageTexts.refused }, signal);
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

/** Presses the button that makes the page abort its pending `create()`. */
export const abortByPage = (site: Site, signal: AbortSignal) => site.press('Cancel', 'button', signal);

export async function signInWithPasskey(site: Site, signal: AbortSignal): Promise<void> {
  await site.open('/sign-in');
  await site.press('Use a passkey', 'button', signal);
}

/** Selects `method` if the page offers several. */
async function switchToMethod(site: Site, method: 'totp' | 'tap', signal: AbortSignal): Promise<void> {
  const shown = await site.whichAppears(pageTexts, signal);
  const page = await site.page();
  const links = { totp: 'Use your authenticator app instead', tap: 'Use a Temporary Access Pass instead' };
  const link = shown === 'no-method' && method === 'tap' ? 'I have a Temporary Access Pass' : links[method];
  if (await page.getByRole('link', { name: link }).isVisible()) await site.press(link, 'link', signal);
}

/** Presses Next on the page that explains passkeys. Every other page is left to the next step. */
async function continueFromIntroduction(site: Site, signal: AbortSignal): Promise<void> {
  const shown = await site.whichAppears(pageTexts, signal);
  if (shown === 'set-up' && (await site.isAt(paths.setUp))) await site.press('Next', 'button', signal);
}
