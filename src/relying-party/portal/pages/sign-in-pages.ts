/** Pages before somebody is signed in, and the MFA gate. */
import { html } from 'hono/html';
import type { MfaMethod } from '../../config.ts';
import type { Refused } from '../../refusals.ts';
import { csrfField, field, formProblem, type Html, icon, nothing } from '../html.ts';

export interface SignInView {
  csrf: string;
  with: 'password' | 'tap';
  next: string;
  name: string;
  refused?: Refused | undefined;
}

export function signInPage({ csrf, with: method, next, name, refused }: SignInView): Html {
  const other = method === 'password' ? 'tap' : 'password';
  return html`<section class="card">
    <h1>Sign in</h1>
    <p class="lead">Use your work account to manage how you sign in.</p>
    ${formProblem(refused)}
    <form method="post" action="/sign-in">
      ${csrfField(csrf)}<input type="hidden" name="next" value="${next}"><input type="hidden" name="with" value="${method}">
      ${field({ label: 'User name', name: 'name', value: name, autocomplete: 'username', autofocus: name === '' })}
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
    <button type="button" class="secondary full" id="passkey" data-next="${next}">${icon('key')} Use a passkey</button>
    <div id="problem" class="notice bad" role="alert" hidden>${icon('problem')}<div>
      <strong id="why"></strong> <span id="advice"></span> <span class="fine">Reason: <code id="reason" data-testid="reason"></code></span>
    </div></div>
    <p class="other"><a href="/sign-in?with=${other}&next=${encodeURIComponent(next)}">${
      other === 'tap' ? 'Use a Temporary Access Pass instead' : 'Use your password instead'
    }</a></p>
  </section>`;
}

export interface VerifyView {
  csrf: string;
  next: string;
  method: MfaMethod;
  /** Whether the other method is there to switch to. */
  choices: readonly MfaMethod[];
  /** Why the gate is shown. */
  why: string;
  refused?: Refused | undefined;
}

const ways = {
  totp: {
    icon: 'app',
    action: '/verify/totp',
    switchTo: 'Use your authenticator app instead',
    field: (invalid: boolean) =>
      field({
        label: 'Code',
        name: 'code',
        inputmode: 'numeric',
        autocomplete: 'one-time-code',
        maxlength: 7,
        hint: 'Enter the 6-digit code your authenticator app shows for Contoso.',
        autofocus: true,
        invalid,
      }),
  },
  tap: {
    icon: 'ticket',
    action: '/verify/tap',
    switchTo: 'Use a Temporary Access Pass instead',
    field: (invalid: boolean) =>
      field({
        label: 'Temporary Access Pass',
        name: 'code',
        type: 'password',
        maxlength: 64,
        hint: 'Your administrator gave it to you.',
        autofocus: true,
        invalid,
      }),
  },
} as const;

/** S4: prove more than a password. */
export const verifyPage = ({
  csrf,
  next,
  method,
  choices,
  why,
  refused,
}: VerifyView): Html => html`<section class="card">
  <div class="badge">${icon(ways[method].icon)}</div>
  <h1>Verify it’s you</h1>
  <p class="lead">${why}</p>
  ${formProblem(refused)}
  <form method="post" action="${ways[method].action}">
    ${csrfField(csrf)}<input type="hidden" name="next" value="${next}">
    ${ways[method].field(refused !== undefined)}
    <div class="actions"><button type="submit">Next</button><a class="button secondary" href="/security-info">Cancel</a></div>
  </form>
  ${choices
    .filter((choice) => choice !== method)
    .map(
      (choice) =>
        html`<p class="other"><a href="/verify?with=${choice}&next=${encodeURIComponent(next)}">${ways[choice].switchTo}</a></p>`,
    )}
</section>`;

/** S4 without any method: what can be done about it. */
export const noMethodPage = (next: string, accept: readonly MfaMethod[]): Html => html`<section class="card">
  <div class="badge">${icon('shield')}</div>
  <h1>Add another method first</h1>
  <p class="lead">To add a passkey you have to verify your identity with more than a password, and you have no method for that yet.</p>
  <ul class="steps">
    ${
      accept.includes('totp')
        ? html`<li><strong>Set up an authenticator app.</strong> It takes about a minute. Then you can add your passkey.</li>`
        : nothing
    }
    ${
      accept.includes('tap')
        ? html`<li><strong>Or ask your administrator for a Temporary Access Pass.</strong> It lets you verify your identity for a short time.</li>`
        : nothing
    }
  </ul>
  <div class="actions">
    ${accept.includes('totp') ? html`<a class="button" href="/security-info/authenticator-app?next=${encodeURIComponent(next)}">Set up authenticator app</a>` : nothing}
    ${accept.includes('tap') ? html`<a class="button secondary" href="/verify?with=tap&next=${encodeURIComponent(next)}">I have a Temporary Access Pass</a>` : nothing}
  </div>
  <p class="other"><a href="/security-info">Back to Security info</a></p>
  <p class="fine">Reason: <code data-testid="reason">no-mfa-method</code></p>
</section>`;
