/** The administrator's pages about users: the list, and one user with a Temporary Access Pass, passkeys and unnamed credentials. */
import { html } from 'hono/html';
import { kindLabels, modelName } from '../../authenticator-models.ts';
import type { Policy } from '../../config.ts';
import { type IssuedTap, passState } from '../../methods/temporary-access-pass.ts';
import type { Refused } from '../../refusals.ts';
import type { Passkey, PendingPasskey, TemporaryAccessPass, User } from '../../store/store.ts';
import { csrfField, dateText, field, formProblem, type Html, icon, nothing, timeText } from '../html.ts';
import { adminLayout } from './admin-layout.ts';

export interface UserRow {
  user: User;
  passkeys: number;
  /** Credentials that were verified, but are waiting for a name or abandoned. */
  unnamed: number;
}

export const usersPage = (rows: readonly UserRow[]): Html =>
  adminLayout(
    'users',
    html`<div class="scroll" tabindex="0" role="region" aria-label="Users"><table>
      <thead><tr><th scope="col">Name</th><th scope="col">User name</th><th scope="col">Kind</th><th scope="col" class="number">Passkeys</th><th scope="col" class="number">Unnamed</th></tr></thead>
      <tbody>${rows.map(
        ({ user, passkeys, unnamed }) => html`<tr>
          <th scope="row"><a href="/admin/users/${user.id}">${user.displayName}</a></th><td>${user.name}</td>
          <td>${user.guest ? 'Guest' : user.roles.length > 0 ? 'Administrator' : 'Member'}</td>
          <td class="number">${passkeys}</td><td class="number">${unnamed}</td>
        </tr>`,
      )}</tbody>
    </table></div>`,
  );

export interface UserView {
  csrf: string;
  user: User;
  passkeys: readonly Passkey[];
  pending: readonly PendingPasskey[];
  pass: TemporaryAccessPass | undefined;
  policy: Policy;
  mayIssue: boolean;
  now: number;
  issued?: IssuedTap | undefined;
  refused?: Refused | undefined;
}

export const userPage = (view: UserView): Html =>
  adminLayout(
    'users',
    html`<p class="crumb"><a href="/admin">Users</a></p>
      <section class="card">
        <h2>${view.user.displayName}</h2>
        <p>${view.user.name}${view.user.guest ? html` <span class="pill">Guest</span>` : nothing}${view.user.groups.map(
          (group) => html` <span class="pill">${group}</span>`,
        )}</p>
      </section>
      ${tapSection(view)}
      <section class="card"><h2>Passkeys</h2>${view.passkeys.length === 0 ? html`<p>None.</p>` : credentialTable('Passkeys', 'Name', view.passkeys.map(toPasskeyRow))}</section>
      ${
        view.pending.length === 0
          ? nothing
          : html`<section class="card"><h2>Unnamed credentials</h2>
              <p>Created on an authenticator, but not registered, because they were not named.</p>
              ${credentialTable('Unnamed credentials', 'State', view.pending.map(toUnnamedRow))}</section>`
      }`,
  );

function tapSection({ csrf, user, pass, policy, mayIssue, now, issued, refused }: UserView): Html {
  const { tap } = policy;
  return html`<section class="card"><h2>Temporary Access Pass</h2>
    ${formProblem(refused)}
    ${
      issued
        ? html`<div class="notice good" role="status">${icon('ticket')}<div>
            <strong>Give this pass to ${user.displayName} now.</strong> It’s shown only once.
            <p class="secret"><code data-testid="tap">${issued.code}</code></p>
            Valid until ${timeText(issued.expiresAt)}${issued.oneTime ? ', for one use' : nothing}.
          </div></div>`
        : html`<p>${passStatus(pass, now)}</p>`
    }
    ${
      mayIssue
        ? html`<form method="post" action="/admin/users/${user.id}/tap">${csrfField(csrf)}
            <div class="columns">
              ${field({ label: 'Lifetime in minutes', name: 'lifetimeMinutes', type: 'number', value: String(tap.defaultLifetimeMinutes), min: 1, max: 43_200, hint: `${tap.minLifetimeMinutes} to ${tap.maxLifetimeMinutes} by policy` })}
              ${field({ label: 'Length', name: 'length', type: 'number', value: String(tap.length), min: 1, max: 99, hint: '8 to 48 characters' })}
            </div>
            <label class="check"><input type="checkbox" name="oneTime" value="yes"> One-time use</label>
            <div class="actions"><button type="submit">Issue pass</button></div>
            <p class="hint">A new pass replaces the one ${user.displayName} has.</p></form>`
        : html`<p class="hint">Issuing a pass needs the Authentication Administrator role.</p>`
    }
  </section>`;
}

const passStates = { active: 'Active', used: 'Used', expired: 'Expired' } as const;

function passStatus(pass: TemporaryAccessPass | undefined, now: number): Html {
  if (!pass) return html`No pass.`;
  return html`<span class="pill">${passStates[passState(pass, now)]}</span> Issued ${timeText(pass.issuedAt)} by ${pass.issuedBy}, valid until ${timeText(pass.expiresAt)}.`;
}

interface CredentialRow {
  heading: string;
  at: number;
  credential: Passkey | PendingPasskey['credential'];
}

const toPasskeyRow = (passkey: Passkey): CredentialRow => ({
  heading: passkey.name,
  at: passkey.registeredAt,
  credential: passkey,
});
const toUnnamedRow = ({ state, verifiedAt, credential }: PendingPasskey): CredentialRow => ({
  heading: state === 'waiting' ? 'Waiting for a name' : 'Abandoned',
  at: verifiedAt,
  credential,
});

const credentialTable = (
  label: string,
  firstColumn: string,
  rows: readonly CredentialRow[],
): Html => html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table>
  <thead><tr><th scope="col">${firstColumn}</th><th scope="col">Kind</th><th scope="col">Model</th><th scope="col">Attestation</th><th scope="col">Date</th></tr></thead>
  <tbody>${rows.map(
    ({ heading, at, credential: { kind, aaguid, attestation } }) => html`<tr>
      <th scope="row">${heading}</th><td>${kindLabels[kind]}</td><td title="${aaguid}">${modelName(aaguid) ?? html`<code>${aaguid}</code>`}</td>
      <td>${attestation.fmt}, ${chainLabels[attestation.chain]}</td><td>${dateText(at)}</td>
    </tr>`,
  )}</tbody>
</table></div>`;

const chainLabels = { none: 'no chain', trusted: 'trusted', untrusted: 'not trusted' } as const;
