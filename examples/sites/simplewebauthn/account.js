// Adds a passkey as https://simplewebauthn.dev/docs/packages/browser shows, and names passkeys.
const { startRegistration } = SimpleWebAuthnBrowser;
const element = (id) => document.getElementById(id);

/** Shows the form for the name of the passkey with this number. */
function askForName(number) {
  element('naming').hidden = false;
  element('name').value = '';
  element('naming').onsubmit = async (event) => {
    event.preventDefault();
    await fetch(`/passkeys/${number}/name`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: element('name').value }),
    });
    location.reload();
  };
}

element('begin').addEventListener('click', async () => {
  element('success').textContent = '';
  element('error').textContent = '';
  const resp = await fetch('/generate-registration-options');
  const optionsJSON = await resp.json();
  let attResp;
  try {
    attResp = await startRegistration({ optionsJSON });
  } catch (error) {
    if (error.name === 'InvalidStateError')
      element('error').textContent = 'Error: Authenticator was probably already registered by user';
    else element('error').textContent = error;
    return;
  }
  const verificationResp = await fetch('/verify-registration', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(attResp),
  });
  const verificationJSON = await verificationResp.json();
  if (verificationJSON.verified) {
    element('success').textContent = 'Success!';
    askForName(document.querySelectorAll('li').length);
  } else {
    element('error').textContent = `Oh no, something went wrong! Response: ${JSON.stringify(verificationJSON)}`;
  }
});

for (const button of document.querySelectorAll('[data-rename]'))
  button.addEventListener('click', () => askForName(button.dataset.rename));
