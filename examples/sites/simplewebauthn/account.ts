/** Adds a passkey as https://simplewebauthn.dev/docs/packages/browser shows, and names passkeys. */
import { type RegistrationResponseJSON, startRegistration } from '@simplewebauthn/browser';
import { find, getJson, postJson, show } from './page.ts';

/** Shows the form for the name of the passkey with this number. */
function askForName(number: number | string): void {
  const form = find<HTMLFormElement>('naming');
  const field = find<HTMLInputElement>('name');
  form.hidden = false;
  field.value = '';
  form.onsubmit = async (event) => {
    event.preventDefault();
    await postJson(`/passkeys/${number}/name`, { name: field.value });
    location.reload();
  };
}

find('begin').addEventListener('click', async () => {
  show({ success: '', error: '' });
  const optionsJSON = await getJson('/generate-registration-options');
  let attResp: RegistrationResponseJSON;
  try {
    attResp = await startRegistration({ optionsJSON });
  } catch (error) {
    if (error instanceof Error && error.name === 'InvalidStateError')
      show({ error: 'Error: Authenticator was probably already registered by user' });
    else show({ error: String(error) });
    return;
  }
  const verificationJSON = await postJson('/verify-registration', attResp);
  if (verificationJSON.verified) {
    show({ success: 'Success!' });
    askForName(document.querySelectorAll('li').length);
  } else {
    show({ error: `Oh no, something went wrong! Response: ${JSON.stringify(verificationJSON)}` });
  }
});

for (const button of document.querySelectorAll<HTMLElement>('[data-rename]'))
  button.addEventListener('click', () => askForName(button.dataset.rename ?? ''));
