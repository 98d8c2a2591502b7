/** The sign-in page. */
import { html, raw } from 'hono/html';
import type { Refused } from '../../refusals.ts';
import { csrfField, field, formProblem, type Html, icon } from '../html.ts';

export interface SignInView {
  csrf: string;
  with: 'password' | 'tap';
  next: string;
  name: string;
  /** Whether the autofill list of the user name offers passkeys. */
  autofill: boolean;
  refused?: Refused | undefined;
}

export function signInPage({ csrf, with: method, next, name, autofill, refused }: SignInView): Html {
  const other = method === 'password' ? 'tap' : 'password';
  return html`<section class="card">
    <h1>Sign in</h1>
    <p class="lead">Use your work account to manage how you sign in.</p>
    ${formProblem(refused)}
    <form method="post" action="/sign-in">
      ${csrfField(csrf)}<input type="hidden" name="next" value="${next}"><input type="hidden" name="with" value="${method}">
      ${field({ label: 'User name', name: 'name', value: name, autocomplete: autofill ? 'username webauthn' : 'username', autofocus: name === '' })}
      ${
        method === 'password'
          ? field({
              label: 'Password',
              name: 'secret',
              type: 'password',
              autocomplete: 'current-password',
              autofocus: name !== '',
              invalid: refused !== undefined,
            })
          : field({
              label: 'Temporary Access Pass',
              name: 'secret',
              type: 'password',
              autofocus: name !== '',
              invalid: refused !== undefined,
              hint: 'Your administrator gave it to you.',
            })
      }
      <div class="actions"><button type="submit">Sign in</button></div>
    </form>
    <div class="or" aria-hidden="true">or</div>
    <button type="button" class="secondary full" id="passkey" data-next="${next}"${autofill ? raw(' data-autofill') : ''}>${icon('key')} Use a passkey</button>
    <div id="problem" class="notice bad" role="alert" hidden>${icon('problem')}<div>
      <strong id="why"></strong> <span id="advice"></span> <span class="fine">Reason: <code id="reason" data-testid="reason"></code></span>
    </div></div>
    <p class="other"><a href="/sign-in?with=${other}&next=${encodeURIComponent(next)}">${
      other === 'tap' ? 'Use a Temporary Access Pass instead' : 'Use your password instead'
    }</a></p>
  </section>`;
}
