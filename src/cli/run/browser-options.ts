/** The options of `touchstone run` about the browser: its engine, the route of the WebAuthn client into the page, and a remote browser. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '#base/errors.ts';
import { type BridgeRoute, type BrowserEngine, bridgeRoutes, browserEngines } from '#browser/bridge.ts';
import { findBrowser, notInstalledMessage } from '#browser/installed-browsers.mjs';
import { type RemoteBrowser, withoutSecrets } from '#browser/remote-browser.ts';
import { findBrowserContradiction } from '#scenario/language/browser-compatibility.ts';
import { findBuiltInBlockingReason } from '#scenario/language/built-in-compatibility.ts';
import type { ExpandOptions } from '#scenario/language/expand.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { findRouteBlockingReason } from '#scenario/language/route-compatibility.ts';
import { browserStacks, engineOfCase } from '#scenario/language/schema/browser.ts';

export interface BrowserOptions {
  /** Engines that every case runs in; empty: the engine that each case names itself. */
  browser: BrowserEngine[];
  route?: BridgeRoute;
  /** WebAuthn implementation of every case. */
  stack?: (typeof browserStacks)[number];
  /** Address of a Playwright server. */
  connect?: string;
  /** HTTP headers of the connection to it, as `name: value`. */
  connectHeader: string[];
}

export const withBrowserOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--browser <engine>', 'Run every case in this engine; repeat the option for more engines')
        .choices(browserEngines)
        .argParser(collectEngine)
        .default([]),
    )
    .addOption(
      new Option(
        '--route <route>',
        'How the WebAuthn client gets the requests of the page in every case; default: proxy in Chromium, shim in its headless shell and in other browsers',
      ).choices(bridgeRoutes),
    )
    .addOption(
      new Option(
        '--stack <stack>',
        'WebAuthn implementation of every case: that of Touchstone, or for comparison that of the browser; default: touchstone',
      ).choices(browserStacks),
    )
    .option(
      '--connect <address>',
      'Use the browsers of a Playwright server, e.g. ws://127.0.0.1:3000/, over the shim route',
      parseEndpoint,
    )
    .option(
      '--connect-header <header>',
      'HTTP header of the connection, e.g. "authorization: env:GRID_TOKEN", whose value is then read from the environment; repeatable',
      collectHeader,
      [],
    );

function collectEngine(text: string, previous: readonly BrowserEngine[]): BrowserEngine[] {
  const engine = browserEngines.find((name) => name === text);
  if (!engine) throw new InvalidArgumentError(`Allowed choices are ${browserEngines.join(', ')}.`);
  return previous.includes(engine) ? [...previous] : [...previous, engine];
}

function parseEndpoint(text: string): string {
  if (!URL.canParse(text) || !/^wss?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('Expected the address of a Playwright server, such as ws://127.0.0.1:3000/.');
  return text;
}

const headerPattern = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/;

function collectHeader(text: string, previous: readonly string[]): string[] {
  if (!headerPattern.test(text))
    throw new InvalidArgumentError('Expected name and value, such as "authorization: env:GRID_TOKEN".');
  return [...previous, text];
}

/** The part of the options that expands the cases. */
export const browserExpansion = ({
  browser,
  route,
  stack,
}: Pick<BrowserOptions, 'browser' | 'route' | 'stack'>): Pick<ExpandOptions, 'engines' | 'routes' | 'stacks'> => ({
  ...(browser.length > 0 && { engines: browser }),
  ...(route !== undefined && { routes: [route] }),
  ...(stack !== undefined && { stacks: [stack] }),
});

/**
 * Returns the Playwright server with its headers as on the command line; undefined if the browsers are started here.
 * @throws {UsageError} for headers without a server.
 */
export function remoteBrowserOf({ connect, connectHeader }: BrowserOptions): RemoteBrowser | undefined {
  if (connect === undefined && connectHeader.length > 0)
    throw new UsageError('--connect-header applies to no connection: name the Playwright server with --connect');
  if (connect === undefined) return undefined;
  const headers = connectHeader.map((header) => (headerPattern.exec(header) ?? []).slice(1, 3));
  return { endpoint: connect, ...(headers.length > 0 && { headers: Object.fromEntries(headers) }) };
}

/**
 * Returns the server with the values of its headers, which `env:NAME` takes from the environment.
 * @throws {UsageError} if the variable is not set.
 */
export function resolveHeaders(
  { endpoint, headers = {} }: RemoteBrowser,
  env: Readonly<Record<string, string | undefined>>,
): RemoteBrowser {
  const resolved = Object.entries(headers).map(([name, text]) => {
    if (!text.startsWith('env:')) return [name, text];
    const value = env[text.slice('env:'.length)];
    if (value === undefined) throw new UsageError(`The header ${name} needs the environment variable ${text.slice(4)}`);
    return [name, value];
  });
  return { endpoint, headers: Object.fromEntries(resolved) };
}

/** @throws {UsageError} if a case needs a browser that Touchstone starts itself. */
export function checkRemote(cases: readonly ExpandedCase[], { connect }: Pick<BrowserOptions, 'connect'>): void {
  if (connect === undefined) return;
  const overProxy = cases.filter(({ browser }) => browser.route === 'proxy');
  const [first] = overProxy;
  if (!first) return;
  const count = overProxy.length === 1 ? '1 case' : `${overProxy.length} cases`;
  throw new UsageError(
    `Cannot run ${count} over --connect: ${first.id} has browser.route: proxy, which needs a Chromium that Touchstone starts itself. Expected the shim route: --route shim`,
  );
}

export interface Machine {
  connect?: string | undefined;
  isInstalled?: (engine: BrowserEngine) => boolean;
}

/** Returns the reasons why cases have no browser to run in, by case id. */
export function browserSkipReasons(cases: readonly ExpandedCase[], machine: Machine): Record<string, string> {
  const reasons = cases.flatMap((scenario) => {
    const reason = findBrowserBlockingReason(scenario, machine);
    return reason === undefined ? [] : [[scenario.id, reason]];
  });
  return Object.fromEntries(reasons);
}

function findBrowserBlockingReason(
  scenario: ExpandedCase,
  { connect, isInstalled = (engine) => findBrowser(engine) !== undefined }: Machine,
): string | undefined {
  const { browser } = scenario;
  const contradiction = findBrowserContradiction(browser);
  if (contradiction) return contradiction.message;
  const unreached = findRouteBlockingReason(scenario);
  if (unreached !== undefined) return unreached;
  const blockingReason = findBuiltInBlockingReason(scenario);
  if (blockingReason !== undefined) return `Left out with browser.stack: built-in: ${blockingReason}`;
  const engine = engineOfCase(browser);
  if (connect !== undefined && browser.stack === 'built-in' && engine === 'firefox')
    return 'The virtual authenticator of firefox can be controlled only in a browser that Touchstone starts itself';
  return connect === undefined && !isInstalled(engine) ? notInstalledMessage(engine) : undefined;
}

/** Returns one line for each reason. */
export function describeSkipped(reasons: Readonly<Record<string, string>>): string[] {
  const counts = new Map<string, number>();
  for (const reason of Object.values(reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `Skipping ${count} ${count === 1 ? 'case' : 'cases'}: ${reason}`);
}

/** Returns the command line for the report, without tokens in the address of a server and in its headers. */
export const describeCommand = (args: readonly string[]): string =>
  args.map((arg, index) => (args[index - 1] === '--connect-header' ? hideHeader(arg) : hideInOption(arg))).join(' ');

const hideInOption = (arg: string): string =>
  arg
    .replace(/^(--connect-header=)(.*)$/s, (_, option, header) => `${option}${hideHeader(header)}`)
    .replace(/^(--connect=)?(wss?:.+)$/s, (all, option = '', endpoint) =>
      URL.canParse(endpoint) ? `${option}${withoutSecrets(endpoint)}` : all,
    );

const hideHeader = (header: string): string =>
  header.replace(headerPattern, (_, name, value) => `${name}: ${value.startsWith('env:') ? value : '•••'}`);
