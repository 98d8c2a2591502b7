/** A Playwright server whose browsers are used instead of those of this machine. */
export interface RemoteBrowser {
  /** Address of the server, e.g. `ws://127.0.0.1:3000/`. */
  endpoint: string;
  /** HTTP headers of the connection, e.g. `authorization` or Playwright's `x-playwright-launch-options`. */
  headers?: Record<string, string>;
  /**
   * True if the loopback addresses of the browser are those of this machine. Otherwise, its requests for `localhost` and `*.localhost` come through
   * the connection, and the resolver of this machine must resolve these names.
   */
  reachesThisMachine?: boolean;
}

/** Returns the address without user name, password and query, which may contain a token. */
export function withoutSecrets(endpoint: string): string {
  const { protocol, host, pathname } = new URL(endpoint);
  return `${protocol}//${host}${pathname}`;
}
