/** The MFA pages (step S4): verifying with a method, and what to do without one. */
import { html } from 'hono/html';
import type { MfaMethod } from '../../config.ts';
import { type Refused, refusals } from '../../refusals.ts';
import { csrfField, field, formProblem, type Html, icon, nothing } from '../html.ts';

export interface VerifyView {
  csrf: string;
  next: string;
  method: MfaMethod;
  /** The methods that the user can switch between. */
  choices: readonly MfaMethod[];
  /** Explains to the user why verification is needed. */
  why: string;
  refused?: Refused | undefined;
}

const methods = {
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

/** Verifies the user with more than a password. */
export const verifyPage = ({
  csrf,
  next,
  method,
  choices,
  why,
  refused,
}: VerifyView): Html => html`<section class="card">
  <div class="badge">${icon(methods[method].icon)}</div>
  <h1>Verify it’s you</h1>
  <p class="lead">${why}</p>
  ${formProblem(refused)}
  <form method="post" action="${methods[method].action}">
    ${csrfField(csrf)}<input type="hidden" name="next" value="${next}">
    ${methods[method].field(refused !== undefined)}
    <div class="actions"><button type="submit">Next</button><a class="button secondary" href="/security-info">Cancel</a></div>
  </form>
  ${choices
    .filter((choice) => choice !== method)
    .map(
      (choice) =>
        html`<p class="other"><a href="/verify?with=${choice}&next=${encodeURIComponent(next)}">${methods[choice].switchTo}</a></p>`,
    )}
</section>`;

/** Explains how the user can get a method, and why the one that was used no longer counts. */
export const noMethodPage = (
  next: string,
  accept: readonly MfaMethod[],
  { reason }: Refused,
): Html => html`<section class="card">
  <div class="badge">${icon('shield')}</div>
  <h1>Add another method first</h1>
  ${reason === 'no-mfa-method' ? nothing : html`<p class="lead">${refusals[reason].why}</p>`}
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
  <p class="fine">Reason: <code data-testid="reason">${reason}</code></p>
</section>`;
