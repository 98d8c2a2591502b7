/** A small web site with passkeys, and its site file. Every page can be replaced, to break it. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const smallSiteFile = `id: small
url: http://localhost:9
user: { name: adele, password: geheim }
requests:
  options: GET /passkeys/options
  result: POST /passkeys
outcomes:
  registered: { request: result, status: 201 }
flow:
  open-security-info:
    - open: /account
    - when: { at: /sign-in, do: [{ run: sign-in }] }
  sign-in:
    - fill: { label: User name, value: "\${user.name}" }
    - fill: { placeholder: Your password, value: "\${user.password}" }
    - click: { role: button, name: Sign in, exact: true }
    - wait-for: { at: /account }
  add-sign-in-method:
    - click: { role: link, name: Add sign-in method }
    - see: Choose a method
  choose-method:
    passkey:
      - click: { role: button, name: Create a passkey }
  name:
    - fill: { label: Passkey name, value: "\${name}" }
  done:
    - click: { test-id: save }
    - see: "\${user.name}"
  delete:
    - click: { role: button, name: Delete, within: { role: listitem, has-text: Desk } }
`;

const page = (title: string, body: string) => `<!doctype html><title>${title}</title><body><h1>${title}</h1>${body}`;

const pages: Readonly<Record<string, string>> = {
  '/sign-in': page(
    'Sign in',
    `<form method="post" action="/session"><label>User name <input name="name"></label>
    <input name="password" type="password" placeholder="Your password"><button>Sign in</button></form>
    <button>Sign in with a passkey</button>`,
  ),
  '/account': page(
    'Account',
    `<p>Signed in as adele</p><nav><a href="/methods">Add sign-in method</a> <a href="/profile">Profile</a></nav>
    <ul><li>Desk key <button>Delete</button></li><li>Spare key <button>Delete</button></li></ul>`,
  ),
  '/methods': page(
    'Choose a method',
    `<button id="create">Create a passkey</button><button hidden>Create a smart card</button>
    <iframe title="Other methods" srcdoc="<button>Use an app</button>"></iframe>
    <form id="naming" action="/account" hidden><label>Passkey name <input></label><button data-testid="save">Save</button></form>
    <script>
      create.onclick = async () => {
        const options = await (await fetch('/passkeys/options')).json();
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
        const credential = await navigator.credentials.create({ publicKey });
        await fetch('/passkeys', { method: 'POST', body: JSON.stringify(credential) });
        naming.hidden = false;
      };
    </script>`,
  ),
};

const options = {
  rp: { name: 'Small site' },
  user: { id: 'AQ', name: 'adele', displayName: 'Adele' },
  challenge: 'AAAAAAAAAAAAAAAAAAAAAA',
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
};

export interface SmallSite extends AsyncDisposable {
  url: string;
  /** Pages that are shown instead of its own, by path. */
  replaced: Readonly<Record<string, string>>;
}

/** Serves the site. Its only user is signed in until the pages are replaced again. */
export async function startSmallSite(): Promise<SmallSite> {
  let replaced: Readonly<Record<string, string>> = {};
  let signedIn = false;
  const server = createServer(({ method, url: path = '/' }, response) => {
    if (path === '/session') {
      signedIn = true;
      return redirect(response, '/account');
    }
    if (path === '/passkeys/options') return response.end(JSON.stringify(options));
    if (path === '/passkeys' && method === 'POST') return response.writeHead(201).end('{}');
    if (path === '/') return redirect(response, '/account');
    if (path.startsWith('/account') && !signedIn) return redirect(response, '/sign-in');
    const html = replaced[path] ?? pages[path.replace('?', '')];
    response.writeHead(html === undefined ? 404 : 200, { 'content-type': 'text/html' });
    response.end(html ?? page('Not found', ''));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    get replaced() {
      return replaced;
    },
    set replaced(pagesOfTest) {
      replaced = pagesOfTest;
      signedIn = false;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const redirect = (response: ServerResponse, location: string) => void response.writeHead(303, { location }).end();
