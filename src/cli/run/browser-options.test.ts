import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  type BrowserOptions,
  browserExpansion,
  browserSkipReasons,
  checkRemote,
  describeCommand,
  describeSkipped,
  remoteBrowserOf,
  resolveHeaders,
  withBrowserOptions,
} from './browser-options.ts';
import { readLibrary } from './scenario-library.ts';

const parse = (...args: string[]) =>
  withBrowserOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parse(args, { from: 'user' })
    .opts<BrowserOptions>();

const load = (...args: string[]) => {
  const { cases, diagnostics } = readLibrary(['scenarios/any-site'], { env: {}, ...browserExpansion(parse(...args)) });
  expect(diagnostics).toEqual([]);
  return cases;
};

describe('browser options', () => {
  it('change no case by default', () => {
    expect(browserExpansion(parse())).toEqual({});
    expect(remoteBrowserOf(parse())).toBeUndefined();
  });

  it('run every case in each engine, each once', () => {
    const browsers = load(
      '--browser',
      'firefox',
      '--browser',
      'chromium',
      '--browser',
      'firefox',
      '--route',
      'shim',
    ).map(({ browser }) => `${browser.engine} ${browser.route}`);
    expect(browsers).toHaveLength(12);
    expect(new Set(browsers)).toEqual(new Set(['firefox shim', 'chromium shim']));
  });

  it.each([
    [['--browser', 'safari'], /Allowed choices are chromium, firefox, webkit/],
    [['--route', 'cdp'], /Allowed choices are proxy, shim/],
    [['--connect', 'http://grid.test/'], /Expected the address of a Playwright server, such as ws:\/\//],
    [['--connect', 'grid'], /Expected the address of a Playwright server/],
    [['--connect-header', 'token'], /Expected name and value/],
  ])('rejects %j', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});

describe('a remote browser', () => {
  const server = ['--connect', 'wss://grid.test/play'];

  it('gets the values of its headers from the command line or from the environment', () => {
    const remote = remoteBrowserOf(
      parse(...server, '--connect-header', 'x-a: 1', '--connect-header', 'x-b: env:TOKEN'),
    );
    expect(remote).toEqual({ endpoint: 'wss://grid.test/play', headers: { 'x-a': '1', 'x-b': 'env:TOKEN' } });
    if (!remote) return;
    expect(resolveHeaders(remote, { TOKEN: 's3cret' }).headers).toEqual({ 'x-a': '1', 'x-b': 's3cret' });
    expect(() => resolveHeaders(remote, {})).toThrow('The header x-b needs the environment variable TOKEN');
  });

  it('is needed for headers', () => {
    expect(() => remoteBrowserOf(parse('--connect-header', 'x-a: 1'))).toThrow(
      'name the Playwright server with --connect',
    );
  });

  it('is refused for the proxy route, and the message names the shim route', () => {
    const remote = { connect: 'ws://grid.test' };
    expect(() => checkRemote(load('--route', 'proxy'), remote)).toThrow(
      /^Cannot run 6 cases over --connect: any-site\.\S+ has browser\.route: proxy, which needs .*--route shim$/,
    );
    expect(() => checkRemote(load('--route', 'proxy').slice(0, 1), remote)).toThrow(/^Cannot run 1 case over/);
    checkRemote(load('--route', 'proxy'), {});
    checkRemote(load(), remote);
    checkRemote(load('--route', 'shim'), remote);
  });
});

describe('browserSkipReasons', () => {
  const isInstalled = (engine: string) => engine !== 'webkit';

  it('skips the cases of an engine that is not installed, and prints what to do', () => {
    const reasons = browserSkipReasons(load('--browser', 'chromium', '--browser', 'webkit'), { isInstalled });
    expect(Object.keys(reasons)).toHaveLength(6);
    expect(Object.keys(reasons).every((id) => id.endsWith('[browser.engine=webkit]'))).toBe(true);
    expect(describeSkipped(reasons)).toEqual([
      'Skipping 6 cases: No WebKit of Playwright found. Install one, or set TOUCHSTONE_WEBKIT to its executable.',
    ]);
  });

  it('skips none because of this machine if the browser is remote', () => {
    expect(browserSkipReasons(load('--browser', 'webkit'), { isInstalled, connect: 'ws://grid.test' })).toEqual({});
  });

  it('skips the cases that exclude the engine or the route of the command line', () => {
    const reasons = browserSkipReasons(load('--browser', 'firefox', '--route', 'proxy').slice(0, 1), { isInstalled });
    expect(describeSkipped(reasons)).toEqual([
      'Skipping 1 case: Expected route: shim in firefox, because only chromium has the proxy interface',
    ]);
  });

  it('skips no case that runs in Chromium over its default route', () => {
    expect(browserSkipReasons(load(), { isInstalled })).toEqual({});
  });
});

describe('describeCommand', () => {
  it.each([
    ['run a.yaml --connect wss://me:pw@grid.test/play?token=s3cret', 'run a.yaml --connect wss://grid.test/play'],
    ['run --connect=ws://grid.test/?token=s3cret', 'run --connect=ws://grid.test/'],
    ['run --tag smoke', 'run --tag smoke'],
  ])('%s', (line, shown) => {
    expect(describeCommand(line.split(' '))).toBe(shown);
  });

  it('hides the values of headers, and shows the names of variables', () => {
    expect(describeCommand(['run', '--connect-header', 'x-a: s3cret'])).toBe('run --connect-header x-a: •••');
    expect(describeCommand(['run', '--connect-header=x-a: s3cret'])).toBe('run --connect-header=x-a: •••');
    expect(describeCommand(['run', '--connect-header', 'x-a: env:TOKEN'])).toBe('run --connect-header x-a: env:TOKEN');
  });
});
