/** A visitor of the portal, for tests without a browser. */
import { adele, type TestPortal, testOrigin } from '../../testing/test-portal.ts';
import type { InProcessPortal } from '../portal.ts';

/** An HTTP client for the portal's pages: keeps cookies, sends the CSRF token of the last page, follows redirects. */
export class TestVisitor {
  readonly #cookies = new Map<string, string>();
  readonly #portal: Pick<InProcessPortal, 'request'>;
  readonly #origin: string;
  /** The last page, with its HTTP status and path. */
  html = '';
  status = 0;
  path = '';
  setCookies: string[] = [];
  /** Whether the last request was redirected to the page. */
  isRedirected = false;

  /** `origin` is that of the pages of `portal`. */
  constructor(portal: Pick<InProcessPortal, 'request'>, origin = testOrigin) {
    this.#portal = portal;
    this.#origin = origin;
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('cookie', this.cookieHeader);
    const response = await this.#portal.request(path, { ...init, headers });
    this.setCookies = response.headers.getSetCookie();
    for (const cookie of this.setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const next = response.headers.get('location');
    if (next === null) return this.#keepPage(path, response);
    this.isRedirected = true;
    return this.#send(next);
  }

  async #keepPage(path: string, response: Response): Promise<Response> {
    [this.path, this.status, this.html] = [path, response.status, await response.clone().text()];
    return response;
  }

  get cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  cookie = (name: string): string | undefined => this.#cookies.get(name);

  /** CSRF token of the page. */
  get csrf(): string {
    return /<meta name="csrf" content="([^"]+)"/.exec(this.html)?.[1] ?? '';
  }

  /** Reason code of the refusal that the page shows. */
  get reason(): string | undefined {
    return /data-testid="reason">([\w-]+)</.exec(this.html)?.[1];
  }

  #request(path: string, init?: RequestInit): Promise<Response> {
    this.isRedirected = false;
    return this.#send(path, init);
  }

  open = (path: string) => this.#request(path);
  submit = (path: string, fields: Record<string, string> = {}) =>
    this.#request(path, {
      method: 'POST',
      body: new URLSearchParams({ csrf: this.csrf, ...fields }),
      headers: { origin: this.#origin },
    });
  async json(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
    const page = this.html;
    const response = await this.#request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-csrf-token': this.csrf, ...headers },
    });
    this.html = page;
    return (await response.json()) as Record<string, unknown>;
  }
  async signIn(name = adele.name, secret = adele.password, method = 'password') {
    await this.open('/sign-in');
    await this.submit('/sign-in', { name, secret, with: method, next: '/security-info' });
  }
}

/** Returns a visitor who has signed in as Adele with the password. */
export async function signInVisitor(portal: TestPortal): Promise<TestVisitor> {
  const visitor = new TestVisitor(portal);
  await visitor.signIn();
  return visitor;
}
