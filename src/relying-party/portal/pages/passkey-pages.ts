/** The pages about a passkey: setting it up with `create()` (step S5), naming it (S8), done (S9), renaming. */
import { html } from 'hono/html';
import { kindLabels, modelName } from '../../authenticator-models.ts';
import type { Policy } from '../../config.ts';
import type { Refused } from '../../refusals.ts';
import type { Passkey, VerifiedCredential } from '../../store/store.ts';
import { csrfField, field, formProblem, type Html, icon, nothing } from '../html.ts';
import { kindIcons } from './security-info-pages.ts';

const placeLabels = {
  'security-key': 'a security key',
  'this-device': 'this device or your phone',
  synced: 'a password manager',
} as const;

/** Explains the steps, then `passkey.js` calls `create()`. The script fills the problem panel. */
export const setUpPasskeyPage = ({ allow }: Policy): Html => html`<section class="card" id="setup">
  <div id="intro">
    <div class="badge">${icon('key')}</div>
    <h1>Set up a passkey</h1>
    <p class="lead">A passkey signs you in with your face, fingerprint or PIN instead of a password.</p>
    <ol class="steps">
      <li>Your browser opens a security dialog. Choose where to save the passkey: ${new Intl.ListFormat('en', { type: 'disjunction' }).format(allow.map((kind) => placeLabels[kind]))}.</li>
      <li>Follow its steps. A security key may ask you to create or enter its PIN, and to touch it.</li>
      <li>Come back here and give the passkey a name.</li>
    </ol>
    <div class="actions">
      <button type="button" id="start">Next</button><a class="button secondary" href="/security-info">Cancel</a>
    </div>
  </div>
  <div id="working" role="status" hidden>
    <div class="spinner" aria-hidden="true"></div>
    <h1>Follow the steps in the security dialog</h1>
    <p class="lead">We’re waiting for your browser.</p>
    <div class="actions center"><button class="secondary" type="button" id="stop">Cancel</button></div>
  </div>
  <div id="problem" role="alert" hidden>
    <div class="badge bad">${icon('problem')}</div>
    <h1>We couldn’t set up your passkey</h1>
    <p class="lead" id="why"></p>
    <p id="advice"></p>
    <div class="actions">
      <button type="button" id="retry">Try again</button>
      <a class="button" id="verify-again" href="/verify?next=/security-info/passkey" hidden>Verify again</a>
      <a class="button secondary" href="/security-info">Back to Security info</a>
    </div>
    <p class="fine">Reason: <code id="reason" data-testid="reason"></code></p>
  </div>
  <noscript><p class="notice bad">Setting up a passkey needs JavaScript.</p></noscript>
</section>`;

export interface NamingView {
  csrf: string;
  /** Id of the pending credential. */
  id: string;
  kind: VerifiedCredential['kind'];
  name: string;
  refused?: Refused | undefined;
}

/** The passkey is stored when this form is submitted. */
export const namePasskeyPage = ({ csrf, id, kind, name, refused }: NamingView): Html => html`<section class="card">
  <div class="badge">${icon(kindIcons[kind])}</div>
  <h1>Name your passkey</h1>
  <p class="lead">A name helps you tell your passkeys apart. Your passkey is saved when you choose Next.</p>
  ${formProblem(refused)}
  <form method="post" action="/security-info/passkey/${id}/name">
    ${csrfField(csrf)}
    ${field({ label: 'Passkey name', name: 'name', value: name, maxlength: 64, autofocus: true, invalid: refused !== undefined })}
    <div class="actions">
      <button type="submit">Next</button>
      <button class="secondary" type="submit" formaction="/security-info/passkey/${id}/abandon" formnovalidate>Cancel</button>
    </div>
  </form>
</section>`;

export const passkeyDonePage = ({ name, kind, aaguid }: Passkey): Html => html`<section class="card center">
  <div class="badge good">${icon('check')}</div>
  <h1>Passkey added</h1>
  <p class="lead">Next time you can sign in with <strong>${name}</strong>.</p>
  <p class="fine">${kindLabels[kind]}${modelName(aaguid) ? html`, ${modelName(aaguid)}` : nothing}</p>
  <form class="actions center" method="get" action="/security-info"><button type="submit">Done</button></form>
</section>`;

/** Changes the name that the browser shows for the account of the user's passkeys. */
export const changeNamePage = (
  csrf: string,
  displayName: string,
  refused?: Refused,
): Html => html`<section class="card">
  <h1>Change your name</h1>
  <p class="lead">It’s shown here and beside your passkeys.</p>
  ${formProblem(refused)}
  <form method="post" action="/security-info/name">
    ${csrfField(csrf)}
    ${field({ label: 'Your name', name: 'name', value: displayName, autocomplete: 'name', maxlength: 64, autofocus: true, invalid: refused !== undefined })}
    <div class="actions"><button type="submit">Save</button><a class="button secondary" href="/security-info">Cancel</a></div>
  </form>
</section>`;

export const renamePasskeyPage = (
  csrf: string,
  { id, name }: Pick<Passkey, 'id' | 'name'>,
  refused?: Refused,
): Html => html`<section class="card">
  <h1>Rename passkey</h1>
  ${formProblem(refused)}
  <form method="post" action="/security-info/passkey/${id}/rename">
    ${csrfField(csrf)}
    ${field({ label: 'Passkey name', name: 'name', value: name, maxlength: 64, autofocus: true, invalid: refused !== undefined })}
    <div class="actions"><button type="submit">Save</button><a class="button secondary" href="/security-info">Cancel</a></div>
  </form>
</section>`;
