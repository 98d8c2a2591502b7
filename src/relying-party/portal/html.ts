/** The layout of every page, and elements that several pages share. `html` escapes text; only constants of this file are inserted unescaped. */
import { html, raw } from 'hono/html';
import type { Caller } from '../methods/sessions.ts';
import { type Refused, refusals } from '../refusals.ts';

export type Html = ReturnType<typeof html>;
export const nothing: Html = html``;

const icons = {
  key: '<circle cx="8" cy="15" r="4.5"/><path d="m11.2 11.8 8.3-8.3M16 7l3 3M13.5 9.5l2 2"/>',
  device: '<rect x="4" y="3" width="16" height="12" rx="2"/><path d="M2 19h20"/>',
  synced: '<path d="M7 18a4.5 4.5 0 0 1-.6-9A6 6 0 0 1 18 10.2 4 4 0 0 1 17.5 18Z"/>',
  app: '<rect x="6" y="2" width="12" height="20" rx="3"/><path d="M11 18.5h2"/>',
  password: '<rect x="4" y="10" width="16" height="11" rx="2.5"/><path d="M8 10V7a4 4 0 0 1 8 0v3M12 14.5v2.5"/>',
  ticket: '<path d="M3 9V6h18v3a3 3 0 0 0 0 6v3H3v-3a3 3 0 0 0 0-6Z"/><path d="M14 6v12" stroke-dasharray="2 2.4"/>',
  shield:
    '<path d="M12 2.5 4.5 5.4v6.1c0 4.6 3.1 8.2 7.5 10 4.4-1.8 7.5-5.4 7.5-10V5.4Z"/><path d="m8.8 11.8 2.3 2.3 4.2-4.4"/>',
  check: '<circle cx="12" cy="12" r="9.5"/><path d="m7.8 12.3 2.9 2.9 5.5-5.9"/>',
  problem: '<circle cx="12" cy="12" r="9.5"/><path d="M12 7v6M12 16.4v.1"/>',
  person: '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>',
} as const;

export type Icon = keyof typeof icons;

export const icon = (name: Icon): Html =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${raw(icons[name])}</svg>`;

export interface PageLayout {
  title: string;
  csrf: string;
  organisation: string;
  caller?: Caller | undefined;
  /** The entry of the navigation that is marked as the current one. */
  section?: 'security-info' | 'admin';
  /** Script of the page, a file under /assets. */
  script?: string;
  /** `narrow` (the default) is for pages with one form or message. */
  width?: 'narrow' | 'wide';
}

export const page = (layout: PageLayout, body: Html): Html => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="csrf" content="${layout.csrf}">
    <title>${layout.title} - ${layout.organisation}</title>
    <link rel="icon" href="/assets/mark.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/portal.css">
    ${layout.script ? html`<script type="module" src="/assets/${layout.script}"></script>` : nothing}
  </head>
  <body>
    <a class="skip" href="#main">Skip to content</a>
    ${header(layout)}
    <main id="main" class="${layout.width ?? 'narrow'}" tabindex="-1">${body}</main>
  </body>
</html>`;

const mark = raw(
  '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path d="M16 2 4 7v9c0 7.2 5 12 12 14 7-2 12-6.8 12-14V7Z"/><path class="cut" d="M20.5 12.2a5.6 5.6 0 1 0 0 7.6"/></svg>',
);

const header = ({ organisation, caller, section, csrf }: PageLayout): Html => html`<header class="bar">
  <a class="brand" href="/">${mark}<span>${organisation}</span></a>
  ${
    caller
      ? html`<nav aria-label="Main">
          ${navLink('/security-info', 'Security info', section === 'security-info')}
          ${caller.user.roles.length > 0 ? navLink('/admin', 'Administration', section === 'admin') : nothing}
        </nav>
        <div class="account">
          <span class="avatar" aria-hidden="true">${initials(caller.user.displayName)}</span>
          <span class="account-name">${caller.user.displayName}</span>
          <form method="post" action="/sign-out">${csrfField(csrf)}<button class="quiet" type="submit">Sign out</button></form>
        </div>`
      : nothing
  }
</header>`;

const navLink = (href: string, text: string, current: boolean): Html =>
  html`<a href="${href}"${current ? raw(' aria-current="page"') : ''}>${text}</a>`;

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase() ?? '')
    .join('');

export const csrfField = (csrf: string): Html => html`<input type="hidden" name="csrf" value="${csrf}">`;

/** A panel that explains why something was refused and what the user can do. */
export const refusalPanel = (
  heading: string,
  { reason }: Refused,
  actions: Html,
): Html => html`<section class="card center">
  <div class="badge bad">${icon('problem')}</div>
  <h1>${heading}</h1>
  <p class="lead">${refusals[reason].why}</p>
  <p>${refusals[reason].advice}</p>
  <div class="actions center">${actions}</div>
  <p class="fine">Reason: <code data-testid="reason">${reason}</code></p>
</section>`;

/** The message above a form whose input was refused. */
export const formProblem = (refused: Refused | undefined): Html =>
  refused
    ? html`<div class="notice bad" role="alert">${icon('problem')}<div>
        <strong>${refusals[refused.reason].why}</strong> ${refusals[refused.reason].advice}
        <span class="fine">Reason: <code data-testid="reason">${refused.reason}</code></span>
      </div></div>`
    : nothing;

export interface FieldOptions {
  label: string;
  name: string;
  type?: 'text' | 'password' | 'number';
  value?: string;
  hint?: string;
  autocomplete?: string;
  inputmode?: 'numeric' | 'text';
  invalid?: boolean;
  autofocus?: boolean;
  maxlength?: number;
  min?: number;
  max?: number;
}

export function field(options: FieldOptions): Html {
  const {
    label,
    name,
    type = 'text',
    value = '',
    hint,
    autocomplete = 'off',
    inputmode,
    invalid,
    autofocus,
    maxlength,
    min,
    max,
  } = options;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}" required${
      hint ? html` aria-describedby="${name}-hint"` : nothing
    }${inputmode ? html` inputmode="${inputmode}"` : nothing}${maxlength === undefined ? nothing : html` maxlength="${maxlength}"`}${
      min === undefined ? nothing : html` min="${min}"`
    }${max === undefined ? nothing : html` max="${max}"`}${invalid ? raw(' aria-invalid="true"') : ''}${
      autofocus ? raw(' autofocus') : ''
    } autocapitalize="none" spellcheck="false">
    ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}
  </div>`;
}

const dateFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const timeFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });
export const dateText = (at: number): Html =>
  html`<time datetime="${new Date(at).toISOString()}">${dateFormat.format(at)}</time>`;
export const timeText = (at: number): Html =>
  html`<time datetime="${new Date(at).toISOString()}">${timeFormat.format(at)} UTC</time>`;
