/** The administrator's pages: users, one user with his passkeys and orphans, the event log. */
import { html } from 'hono/html';
import { kindLabels, modelName } from '../../authenticator-models.ts';
import type { Policy } from '../../config.ts';
import { type EventCode, eventCodes } from '../../events.ts';
import type { IssuedTap } from '../../methods/temporary-access-pass.ts';
import type { Refused } from '../../refusals.ts';
import type { EventRecord, Passkey, PendingPasskey, TemporaryAccessPass, User } from '../../store/store.ts';
import { csrfField, dateText, field, formProblem, type Html, icon, nothing, timeText } from '../html.ts';

export type AdminTab = 'users' | 'policy' | 'log';

const tabs = [
  { id: 'users', href: '/admin', label: 'Users' },
  { id: 'policy', href: '/admin/policy', label: 'Policy' },
  { id: 'log', href: '/admin/log', label: 'Event log' },
] as const;

export const adminFrame = (current: AdminTab, body: Html): Html => html`<h1>Administration</h1>
  <nav class="tabs" aria-label="Administration">
    ${tabs.map(({ id, href, label }) =>
      id === current ? html`<a href="${href}" aria-current="page">${label}</a>` : html`<a href="${href}">${label}</a>`,
    )}
  </nav>
  ${body}`;

export interface UserRow {
  user: User;
  passkeys: number;
  orphans: number;
}

export const usersPage = (rows: readonly UserRow[]): Html =>
  adminFrame(
    'users',
    html`<div class="scroll" tabindex="0" role="region" aria-label="Users"><table>
      <thead><tr><th scope="col">Name</th><th scope="col">User name</th><th scope="col">Kind</th><th scope="col" class="number">Passkeys</th><th scope="col" class="number">Orphans</th></tr></thead>
      <tbody>${rows.map(
        ({ user, passkeys, orphans }) => html`<tr>
          <th scope="row"><a href="/admin/users/${user.id}">${user.displayName}</a></th><td>${user.name}</td>
          <td>${user.guest ? 'Guest' : user.roles.length > 0 ? 'Administrator' : 'Member'}</td>
          <td class="number">${passkeys}</td><td class="number">${orphans}</td>
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
  adminFrame(
    'users',
    html`<p class="crumb"><a href="/admin">Users</a></p>
      <section class="card">
        <h2>${view.user.displayName}</h2>
        <p>${view.user.name}${view.user.guest ? html` <span class="pill">Guest</span>` : nothing}${view.user.groups.map(
          (group) => html` <span class="pill">${group}</span>`,
        )}</p>
      </section>
      ${tapSection(view)}
      <section class="card"><h2>Passkeys</h2>${view.passkeys.length === 0 ? html`<p>None.</p>` : credentialTable(view.passkeys.map(passkeyRow), 'Name')}</section>
      ${
        view.pending.length === 0
          ? nothing
          : html`<section class="card"><h2>Orphans</h2>
              <p>On an authenticator, but never named and so not registered.</p>
              ${credentialTable(view.pending.map(orphanRow), 'State')}</section>`
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
        : html`<p>${passState(pass, now)}</p>`
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

function passState(pass: TemporaryAccessPass | undefined, now: number): Html {
  if (!pass) return html`No pass.`;
  const use = pass.oneTime && pass.usedAt !== undefined ? 'Used' : now >= pass.expiresAt ? 'Expired' : 'Active';
  return html`<span class="pill">${use}</span> Issued ${timeText(pass.issuedAt)} by ${pass.issuedBy}, valid until ${timeText(pass.expiresAt)}.`;
}

interface CredentialRow {
  head: string;
  at: number;
  credential: Passkey | PendingPasskey['credential'];
}

const passkeyRow = (passkey: Passkey): CredentialRow => ({
  head: passkey.name,
  at: passkey.registeredAt,
  credential: passkey,
});
const orphanRow = ({ state, verifiedAt, credential }: PendingPasskey): CredentialRow => ({
  head: state === 'waiting' ? 'Waits for its name' : 'Orphan',
  at: verifiedAt,
  credential,
});

const credentialTable = (
  rows: readonly CredentialRow[],
  head: string,
): Html => html`<div class="scroll" tabindex="0" role="region" aria-label="${head === 'Name' ? 'Passkeys' : 'Orphans'}"><table>
  <thead><tr><th scope="col">${head}</th><th scope="col">Kind</th><th scope="col">Model</th><th scope="col">Attestation</th><th scope="col">Date</th></tr></thead>
  <tbody>${rows.map(
    ({ head: text, at, credential: { kind, aaguid, attestation } }) => html`<tr>
      <th scope="row">${text}</th><td>${kindLabels[kind]}</td><td title="${aaguid}">${modelName(aaguid) ?? html`<code>${aaguid}</code>`}</td>
      <td>${attestation.fmt}, ${chainWords[attestation.chain]}</td><td>${dateText(at)}</td>
    </tr>`,
  )}</tbody>
</table></div>`;

const chainWords = { none: 'no chain', trusted: 'trusted', untrusted: 'not trusted' } as const;

/** Newest first. */
export const logPage = (events: readonly EventRecord[]): Html =>
  adminFrame(
    'log',
    html`<div class="scroll" tabindex="0" role="region" aria-label="Event log"><table class="log">
      <thead><tr><th scope="col">Time</th><th scope="col">Event</th><th scope="col">User</th><th scope="col">Detail</th></tr></thead>
      <tbody>${events.toReversed().map(
        ({ at, event, detail: { user, ...detail } }) => html`<tr>
          <td>${timeText(at)}</td><td><code>${event}</code><br><span class="event-words">${eventCodes[event as EventCode] ?? nothing}</span></td><td>${user ?? '–'}</td>
          <td>${Object.entries(detail)
            .filter(([, value]) => value !== '')
            .map(([name, value]) => html`<span class="fact">${name} <code>${String(value)}</code></span> `)}</td>
        </tr>`,
      )}</tbody>
    </table></div>`,
  );
