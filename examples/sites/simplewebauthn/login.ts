/** Logs in with a passkey as https://simplewebauthn.dev/docs/packages/browser shows. */
import { type AuthenticationResponseJSON, startAuthentication } from '@simplewebauthn/browser';
import { find, getJson, postJson, show } from './page.ts';

find('begin').addEventListener('click', async () => {
  show({ error: '' });
  const optionsJSON = await getJson('/generate-authentication-options');
  let asseResp: AuthenticationResponseJSON;
  try {
    asseResp = await startAuthentication({ optionsJSON });
  } catch (error) {
    show({ error: String(error) });
    return;
  }
  const verificationJSON = await postJson('/verify-authentication', asseResp);
  if (verificationJSON.verified) location.assign('/account');
  else show({ error: `Oh no, something went wrong! Response: ${JSON.stringify(verificationJSON)}` });
});
