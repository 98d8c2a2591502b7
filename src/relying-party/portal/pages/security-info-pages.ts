/** The Security info page with the list of methods, and the pages for choosing a method, the authenticator app and deletion. */
import { html, raw } from 'hono/html';
import { kindLabels, modelName } from '../../authenticator-models.ts';
import type { PasskeySignals } from '../../passkey-signals.ts';
import type { Refused } from '../../refusals.ts';
import type { Passkey, User } from '../../store/store.ts';
import { csrfField, dateText, field, formProblem, type Html, type Icon, icon, nothing } from '../html.ts';

export const kindIcons = {
  'security-key': 'key',
  'this-device': 'device',
  synced: 'synced',
  unknown: 'key',
} as const satisfies Record<Passkey['kind'], Icon>;

export interface SecurityInfoView {
  user: User;
  passkeys: readonly Passkey[];
  /** What the last change was. */
  confirmation: string | undefined;
  /** Arguments of the signal methods that the page calls. */
  signals: PasskeySignals | undefined;
  /** Whether the browser may create a passkey without a dialog. */
  upgrade: boolean;
}

export const securityInfoPage = ({ user, passkeys, confirmation, signals, upgrade }: SecurityInfoView): Html => html`
  <div class="title">
    <div><h1>Security info</h1><p class="lead">The methods you use to sign in and to verify that it’s you.</p></div>
    <a class="button" href="/security-info/add">Add sign-in method</a>
  </div>
  ${
    signals || upgrade
      ? html`<div id="webauthn" hidden${signals ? html` data-signals="${JSON.stringify(signals)}"` : nothing}${upgrade ? raw(' data-upgrade="true"') : nothing}></div>`
      : nothing
  }
  ${confirmation ? html`<div class="notice good" role="status">${icon('check')}<div>${confirmation}</div></div>` : nothing}
  <ul class="methods" aria-label="Sign-in methods">
    ${passkeys.map(passkeyRow)}
    ${user.totpSecret === undefined ? nothing : totpRow}
    ${methodRow('password', 'Password', html`Your first step when you sign in`, nothing)}
  </ul>
  ${
    passkeys.length === 0
      ? html`<p class="tip">${icon('shield')}<span>You have no passkey yet. A passkey signs you in with your face, fingerprint or PIN, and can’t be phished.</span></p>`
      : nothing
  }
  <p class="other">Your name is shown as <strong>${user.displayName}</strong>. <a href="/security-info/name">Change your name</a></p>`;

const methodRow = (image: Icon, name: string, facts: Html, actions: Html): Html => html`<li class="method">
  <span class="tile">${icon(image)}</span>
  <div class="method-text"><h2>${name}</h2><p>${facts}</p></div>
  <div class="method-actions">${actions}</div>
</li>`;

function passkeyRow(passkey: Passkey): Html {
  const { id, name, kind, aaguid, registeredAt, lastUsedAt } = passkey;
  const facts = html`Passkey · ${kindLabels[kind]}${modelName(aaguid) ? html` · ${modelName(aaguid)}` : nothing} · added ${dateText(registeredAt)}${
    lastUsedAt === undefined ? nothing : html` · last used ${dateText(lastUsedAt)}`
  }`;
  return methodRow(
    kindIcons[kind],
    name,
    facts,
    html`<a href="/security-info/passkey/${id}/rename" aria-label="Rename ${name}">Rename</a>
      <a href="/security-info/passkey/${id}/delete" aria-label="Delete ${name}">Delete</a>`,
  );
}

const totpRow = methodRow(
  'app',
  'Authenticator app',
  html`Shows a code that verifies it’s you`,
  html`<a href="/security-info/authenticator-app/remove" aria-label="Delete Authenticator app">Delete</a>`,
);

const methodsToAdd = [
  {
    id: 'passkey',
    image: 'key',
    label: 'Passkey',
    description: 'Sign in with your face, fingerprint, PIN or security key',
  },
  { id: 'totp', image: 'app', label: 'Authenticator app', description: 'Verify with a code from an app on your phone' },
] as const;

/** Step S2, "Choose a method". */
export const chooseMethodPage = (csrf: string): Html => html`<section class="card">
  <h1 id="choose">Choose a method</h1>
  <p class="lead">Which method would you like to add?</p>
  <form method="post" action="/security-info/add">
    ${csrfField(csrf)}
    <fieldset class="choices" aria-labelledby="choose">
      ${methodsToAdd.map(
        ({ id, image, label, description }, index) => html`<label class="choice">
          <input type="radio" name="method" value="${id}" aria-describedby="${id}-description"${index === 0 ? raw(' checked') : ''} aria-label="${label}">
          <span class="tile">${icon(image)}</span>
          <span class="choice-text"><strong>${label}</strong><span id="${id}-description">${description}</span></span>
        </label>`,
      )}
    </fieldset>
    <div class="actions"><button type="submit">Add</button><a class="button secondary" href="/security-info">Cancel</a></div>
  </form>
</section>`;

export interface TotpView {
  csrf: string;
  next: string;
  secret: string;
  /** The QR code as SVG text. */
  qrCode: string;
  refused?: Refused | undefined;
}

export const totpPage = ({ csrf, next, secret, qrCode, refused }: TotpView): Html => html`<section class="card">
  <h1>Set up your authenticator app</h1>
  <p class="lead">In the app, add an account and scan this code.</p>
  ${formProblem(refused)}
  <div class="qr" role="img" aria-label="QR code for your authenticator app">${raw(qrCode)}</div>
  <details><summary>Can’t scan it?</summary>
    <p>Enter this key in the app instead:</p><p class="secret"><code data-testid="totp-secret">${secret.replace(/(.{4})(?=.)/g, '$1 ')}</code></p>
  </details>
  <form method="post" action="/security-info/authenticator-app">
    ${csrfField(csrf)}<input type="hidden" name="next" value="${next}">
    ${field({
      label: 'Code',
      name: 'code',
      inputmode: 'numeric',
      autocomplete: 'one-time-code',
      maxlength: 7,
      hint: 'Enter the 6-digit code the app shows now.',
      invalid: refused !== undefined,
    })}
    <div class="actions"><button type="submit">Next</button><a class="button secondary" href="/security-info">Cancel</a></div>
  </form>
</section>`;

export interface DeletionView {
  csrf: string;
  /** Path that the confirmation is posted to. */
  action: string;
  /** Name of what is deleted. */
  name: string;
  consequence: string;
}

/** Asks for confirmation before something is deleted. */
export const confirmDeletionPage = ({
  csrf,
  action,
  name,
  consequence,
}: DeletionView): Html => html`<section class="card">
  <h1>Delete ${name}?</h1>
  <p class="lead">${consequence}</p>
  <form method="post" action="${action}">
    ${csrfField(csrf)}
    <div class="actions"><button class="danger" type="submit">Delete</button><a class="button secondary" href="/security-info">Cancel</a></div>
  </form>
</section>`;
