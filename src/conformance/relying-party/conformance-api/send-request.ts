/** Sends requests of the conformance API over HTTP. */

/** Longer bodies have a separate connection: a server may refuse them before they are sent, and end the connection. */
const maxKeepAlive = 64 * 1024;

export async function sendRequest(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (typeof init.body === 'string' && init.body.length > maxKeepAlive) headers.set('connection', 'close');
  return await fetch(url, { ...init, headers });
}
