/** The layout that the administration pages share: heading and tabs. */
import { html } from 'hono/html';
import type { Html } from '../html.ts';

const tabs = [
  { id: 'users', href: '/admin', label: 'Users' },
  { id: 'policy', href: '/admin/policy', label: 'Policy' },
  { id: 'log', href: '/admin/log', label: 'Event log' },
] as const;

export type AdminTab = (typeof tabs)[number]['id'];

export const adminLayout = (current: AdminTab, body: Html): Html => html`<h1>Administration</h1>
  <nav class="tabs" aria-label="Administration">
    ${tabs.map(({ id, href, label }) =>
      id === current ? html`<a href="${href}" aria-current="page">${label}</a>` : html`<a href="${href}">${label}</a>`,
    )}
  </nav>
  ${body}`;
