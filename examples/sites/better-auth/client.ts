/** The script of all pages, which uses the client library of Better Auth. */
import { passkeyClient } from '@better-auth/passkey/client';
import { createAuthClient } from 'better-auth/client';

const authClient = createAuthClient({ plugins: [passkeyClient()] });

const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector);
const show = (message: string | undefined) => {
  const status = find('#message');
  if (status) status.textContent = message ?? '';
};

interface Answer {
  error: { message?: string | undefined; statusText?: string } | null;
}

/** Opens `path` after a success; shows the error otherwise. */
function goOn({ error }: Answer, path: string): void {
  if (error) show(error.message ?? error.statusText);
  else location.assign(path);
}

/** Asks for the name of a passkey, and stores it. */
function askForName(id: string): void {
  const dialog = find<HTMLDialogElement>('dialog');
  const form = dialog?.querySelector('form');
  if (!dialog || !form) return;
  form.reset();
  form.onsubmit = async () => {
    const name = String(new FormData(form).get('name'));
    goOn(await authClient.passkey.updatePasskey({ id, name }), '/settings');
  };
  dialog.showModal();
}

find<HTMLFormElement>('#sign-in')?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const data = new FormData(event.target as HTMLFormElement);
  const [email, password] = [String(data.get('email')), String(data.get('password'))];
  goOn(await authClient.signIn.email({ email, password }), '/settings');
});

find('#sign-in-passkey')?.addEventListener('click', async () => {
  show(undefined);
  goOn(await authClient.signIn.passkey(), '/settings');
});

find('#sign-out')?.addEventListener('click', async () => {
  goOn(await authClient.signOut(), '/sign-in');
});

find('#add-passkey')?.addEventListener('click', async () => {
  show(undefined);
  const { data, error } = await authClient.passkey.addPasskey();
  if (error) return show(`The passkey was not added: ${error.message ?? error.statusText}`);
  show('Passkey added');
  askForName(data.id);
});

find('table')?.addEventListener('click', async ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  const id = target.closest('tr')?.dataset.passkey ?? '';
  if (target.name === 'rename') askForName(id);
  else goOn(await authClient.passkey.deletePasskey({ id }), '/settings');
});
