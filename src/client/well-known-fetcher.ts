/** Gets the documents of related origins over HTTPS: WebAuthn L3 section 5.11.1 step 2. */
import type { IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { concat } from '#base/bytes.ts';
import type { RelatedOrigins, WellKnownResponse } from './related-origins.ts';

export interface WellKnownFetcherOptions {
  /** PEM certificates of the trusted issuers. Default: those of Node.js. */
  ca?: string | undefined;
  /** Returns the address to connect to for a host and port, instead of that from the DNS. The host name stays the same. */
  connectTo?: ((host: string, port: number) => { host: string; port: number }) | undefined;
}

const path = '/.well-known/webauthn';
/** As in the Fetch standard. */
const maxRedirects = 20;
/** Far above the size of such a document, which lists origins. The specification has no limit. */
const maxBodyBytes = 2 ** 18;
const redirectStatuses: readonly unknown[] = [301, 302, 303, 307, 308];

/** Returns access to the well-known documents of all hosts. It sends no cookies, credentials or referrer. */
export const createWellKnownFetcher = (options: WellKnownFetcherOptions = {}): RelatedOrigins => ({
  async fetchWellKnown(rpId, signal) {
    let url = new URL(path, `https://${rpId}`);
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const response = await request(url, options, signal);
      if (!redirectStatuses.includes(response.statusCode)) return readResponse(response);
      response.destroy();
      url = redirectTarget(response, url);
    }
    throw new Error(`Cannot get ${path} of ${rpId}: more than ${maxRedirects} redirects`);
  },
});

function request(url: URL, { ca, connectTo }: WellKnownFetcherOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const { hostname } = url;
  const target = connectTo?.(hostname, Number(url.port) || 443) ?? { host: hostname, port: Number(url.port) || 443 };
  const headers = { host: url.host, accept: 'application/json' };
  return new Promise((resolve, reject) => {
    const options = {
      ...target,
      path: url.pathname + url.search,
      servername: hostname,
      headers,
      ca,
      signal,
      agent: false,
    };
    httpsGet(options, resolve).on('error', reject);
  });
}

/** Returns the URL of the next request. Only https URLs without credentials are followed. */
function redirectTarget({ headers: { location } }: IncomingMessage, base: URL): URL {
  const url = location !== undefined && URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url;
  throw new Error(`Cannot follow the redirect of ${base}: expected an https URL, got ${JSON.stringify(location)}`);
}

async function readResponse(response: IncomingMessage): Promise<WellKnownResponse> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > maxBodyBytes) throw new Error(`The document is longer than ${maxBodyBytes} bytes`);
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, contentType: response.headers['content-type'], body: concat(...parts) };
}
