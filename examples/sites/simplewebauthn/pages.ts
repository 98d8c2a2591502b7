/** The pages of the site. */
import { html } from 'hono/html';

export interface ListedPasskey {
  name: string;
}

const page = (title: string, body: unknown, script: string) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${title} - Passkey notes</title>
    <script type="module" src="/${script}"></script>
  </head>
  <body>${body}<p id="success" role="status"></p><p id="error" role="alert"></p></body>
</html>`;

export const loginPage = (problem = '') =>
  page(
    'Log in',
    html`<h1>Log in</h1>
      <form method="post" action="/login">
        <label>Name <input name="name" autocomplete="username"></label>
        <label>Password <input name="password" type="password" autocomplete="current-password"></label>
        <button>Log in</button>
      </form>
      <button type="button" id="begin">Log in with a passkey</button>
      <p>${problem}</p>`,
    'login.js',
  );

export const accountPage = (name: string, passkeys: readonly ListedPasskey[]) =>
  page(
    'Account',
    html`<h1>Your account</h1>
      <p>Logged in as ${name}</p>
      <form method="post" action="/logout"><button>Log out</button></form>
      <h2>Passkeys</h2>
      <ul>
        ${passkeys.map(
          (passkey, number) => html`<li>
            <span>${passkey.name}</span>
            <button type="button" data-rename="${number}">Rename</button>
            <form method="post" action="/passkeys/${number}/delete"><button>Delete</button></form>
          </li>`,
        )}
      </ul>
      <button type="button" id="begin">Add a passkey</button>
      <form id="naming" hidden>
        <label>Name of the passkey <input id="name"></label>
        <button>Save</button>
      </form>`,
    'account.js',
  );
