/** The site under test: one page and a server that verifies registrations. Replace it by your own. */
import { createServer } from 'node:http';
import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server';

const port = Number(process.env.PORT ?? 4173);
const rpID = 'localhost';
const challenges = new Set();

const page = `<!doctype html><html lang="en"><title>Account</title>
<h1>Account</h1><button>Add a passkey</button> <p role="status"></p>
<script type="module">
const post = async (path, body) => (await fetch(path, { method: 'POST', body: JSON.stringify(body) })).json();
const status = document.querySelector('[role=status]');
document.querySelector('button').onclick = async () => {
  try {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await post('/options'));
    const { error } = await post('/register', await navigator.credentials.create({ publicKey }));
    status.textContent = error ?? 'Passkey saved';
  } catch (error) {
    status.textContent = error.name;
  }
};
</script></html>`;

async function createOptions() {
  const options = await generateRegistrationOptions({
    rpName: 'Example',
    rpID,
    userName: 'adele',
    attestationType: 'direct',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  challenges.add(options.challenge);
  return options;
}

async function register(response) {
  try {
    const { verified } = await verifyRegistrationResponse({
      response,
      expectedChallenge: (challenge) => challenges.delete(challenge), // each only once
      expectedOrigin: `http://localhost:${port}`,
      expectedRPID: rpID,
      requireUserVerification: true,
    });
    return verified ? {} : { error: 'Not verified' };
  } catch (error) {
    return { error: error.message };
  }
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST') return response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  let body = '';
  for await (const part of request) body += part;
  const answer = request.url === '/options' ? await createOptions() : await register(JSON.parse(body));
  return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});
server.listen(port, 'localhost');
