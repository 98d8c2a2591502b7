/** A web page with buttons that register a passkey and sign in with it, for tests of the fixtures. No server is needed. */
import type { BrowserContext } from '@playwright/test';

export const accountUrl = 'https://shop.example/account';

export const accountHtml = (
  userVerification = 'required',
  attestation = 'direct',
): string => `<!doctype html><title>Account</title>
<button id="add">Add a passkey</button> <button id="sign-in">Sign in</button> <output></output>
<script>
const bytes = (length) => crypto.getRandomValues(new Uint8Array(length));
const show = (text) => { document.querySelector('output').textContent = text; };
const run = (work) => () => work().then((result) => show('done ' + result.id), (error) => show(error.name));
const authenticatorSelection = { residentKey: 'required', userVerification: '${userVerification}' };
document.querySelector('#add').onclick = run(() => navigator.credentials.create({ publicKey: {
  rp: { name: 'Shop' }, user: { id: bytes(8), name: 'adele', displayName: 'Adele Vance' }, challenge: bytes(16),
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }], authenticatorSelection, attestation: '${attestation}' } }));
document.querySelector('#sign-in').onclick = run(() => navigator.credentials.get({ publicKey: { challenge: bytes(16) } }));
</script>`;

/** Answers requests for `url` with the page. */
export async function serveAccountPage(
  context: BrowserContext,
  { url = accountUrl, userVerification = 'required', attestation = 'direct' } = {},
): Promise<void> {
  await context.route(url, (request) =>
    request.fulfill({ contentType: 'text/html', body: accountHtml(userVerification, attestation) }),
  );
}
