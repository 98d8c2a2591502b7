/** The pages of the site. */
import { html } from 'hono/html';

export interface ListedPasskey {
  id: string;
  name?: string | undefined;
}

const page = (title: string, body: unknown) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${title} - Passkey guestbook</title>
    <script type="module" src="/client.js"></script>
  </head>
  <body>${body}<p id="message" role="status"></p></body>
</html>`;

export const signInPage = () =>
  page(
    'Sign in',
    html`<h1>Sign in</h1>
      <form id="sign-in">
        <label>E-mail <input name="email" type="email" autocomplete="username webauthn"></label>
        <label>Password <input name="password" type="password" autocomplete="current-password webauthn"></label>
        <button>Sign in</button>
      </form>
      <button type="button" id="sign-in-passkey">Sign in with a passkey</button>`,
  );

export const settingsPage = (email: string, passkeys: readonly ListedPasskey[]) =>
  page(
    'Settings',
    html`<h1>Settings</h1>
      <p>Signed in as ${email}</p>
      <button type="button" id="sign-out">Sign out</button>
      <h2>Passkeys</h2>
      <table>
        ${passkeys.map(
          ({ id, name }) => html`<tr data-passkey="${id}">
            <td>${name ?? 'Passkey without a name'}</td>
            <td><button type="button" name="rename">Rename</button></td>
            <td><button type="button" name="delete">Delete</button></td>
          </tr>`,
        )}
      </table>
      <button type="button" id="add-passkey">Add passkey</button>
      <dialog aria-label="Name of the passkey">
        <form method="dialog">
          <label>Passkey name <input name="name" required></label>
          <button>Save name</button>
        </form>
      </dialog>`,
  );
