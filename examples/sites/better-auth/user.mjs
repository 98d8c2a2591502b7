/**
 * The hooks of `better-auth.yaml`: `node user.mjs create` signs up a new user and prints it; `node user.mjs delete` deletes the user again.
 * Both use the public API of the site.
 */
import { randomUUID } from 'node:crypto';

const site = process.env.TOUCHSTONE_SITE ?? 'http://localhost:4174';

async function post(/** @type {string} */ path, /** @type {object} */ body, cookie = '') {
  const response = await fetch(new URL(`/api/auth/${path}`, site), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(site).origin, cookie },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: status ${response.status}: ${await response.text()}`);
  return response.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
}

const actions = {
  async create() {
    const user = { name: `qa-${randomUUID()}@example.com`, password: randomUUID() };
    await post('sign-up/email', { name: 'QA', email: user.name, password: user.password });
    console.log(JSON.stringify(user));
  },
  async delete() {
    const { name, password } = JSON.parse(process.env.TOUCHSTONE_USER ?? '{}');
    const cookie = await post('sign-in/email', { email: name, password });
    await post('delete-user', { password }, cookie);
  },
};

await actions[/** @type {'create' | 'delete'} */ (process.argv[2])]();
