// Logs in with a passkey as https://simplewebauthn.dev/docs/packages/browser shows.
const { startAuthentication } = SimpleWebAuthnBrowser;
const element = (id) => document.getElementById(id);

element('begin').addEventListener('click', async () => {
  element('error').textContent = '';
  const resp = await fetch('/generate-authentication-options');
  const optionsJSON = await resp.json();
  let asseResp;
  try {
    asseResp = await startAuthentication({ optionsJSON });
  } catch (error) {
    element('error').textContent = error;
    return;
  }
  const verificationResp = await fetch('/verify-authentication', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(asseResp),
  });
  const verificationJSON = await verificationResp.json();
  if (verificationJSON.verified) location.assign('/account');
  else element('error').textContent = `Oh no, something went wrong! Response: ${JSON.stringify(verificationJSON)}`;
});
