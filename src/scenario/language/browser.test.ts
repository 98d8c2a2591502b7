/** `browser.stack`, `browser.engine` and `browser.route` of a case, from the file, its matrix or the command line. */
import { describe, expect, test } from 'vitest';
import { findBrowserContradiction } from './browser-compatibility.ts';
import { loadText } from './testing/load-text.ts';

const steps = 'steps: [open-security-info]';

const load = (browser: string, options: Parameters<typeof loadText>[1] = {}) =>
  loadText(`id: a\nbrowser: { ${browser} }\n${steps}\n`, options);

describe('settings that exclude each other', () => {
  test.each([
    ['stack: native, engine: webkit', '2:35', 'Expected engine: chromium or firefox with stack: native'],
    ['stack: built-in, engine: webkit', '2:37', 'Expected engine: chromium or firefox with stack: built-in'],
    ['stack: native, route: shim', '2:34', 'Expected no route with stack: native, which has no bridge into the page'],
    [
      'stack: built-in, route: proxy',
      '2:36',
      'Expected no route with stack: built-in, which has no bridge into the page',
    ],
    [
      'engine: firefox, route: proxy',
      '2:36',
      'Expected route: shim in firefox, because only chromium has the proxy interface',
    ],
    [
      'engine: webkit, route: proxy',
      '2:35',
      'Expected route: shim in webkit, because only chromium has the proxy interface',
    ],
  ])('%s', (browser, place, message) => {
    expect(load(browser)).toMatchObject({ cases: [], errors: [`${place} ${message}`] });
  });

  test.each([
    'engine: chromium, route: proxy',
    'engine: chromium, route: shim',
    'engine: firefox',
    'engine: webkit, route: shim',
    'stack: native, engine: firefox',
    'stack: built-in, engine: chromium',
  ])('%s is valid', (browser) => {
    expect(load(browser).errors).toEqual([]);
  });
});

describe('the matrix', () => {
  test('has engines and routes as dimensions, and reports a combination that excludes itself', () => {
    const matrix = '{ browser.engine: [chromium, firefox], browser.route: [proxy, shim] }';
    expect(loadText(`id: a\n${steps}\nmatrix: ${matrix}\n`).errors).toEqual([
      '3:64 Expected route: shim in firefox, because only chromium has the proxy interface',
    ]);
    const exclude = ', exclude: [{ browser.engine: firefox, browser.route: proxy }] }';
    const { cases } = loadText(`id: a\n${steps}\nmatrix: ${matrix.replace(' }', exclude)}\n`);
    expect(cases.map(({ browser }) => browser)).toEqual([
      { engine: 'chromium', route: 'proxy' },
      { engine: 'chromium', route: 'shim' },
      { engine: 'firefox', route: 'shim' },
    ]);
  });
});

describe('engines and routes of the command line', () => {
  test('replace those of the file, and are coordinates of the case', () => {
    const { cases } = load('engine: webkit, dialog: windows-11', {
      engines: ['chromium', 'firefox'],
      routes: ['shim'],
    });
    expect(cases.map(({ id, browser }) => [id, browser])).toEqual([
      ['a[browser.engine=chromium,browser.route=shim]', { engine: 'chromium', route: 'shim', dialog: 'windows-11' }],
      ['a[browser.engine=firefox,browser.route=shim]', { engine: 'firefox', route: 'shim', dialog: 'windows-11' }],
    ]);
  });

  test('replace those of the matrix, each combination once', () => {
    const matrix = 'matrix: { browser.engine: [chromium, firefox], vars.x: [1, 2] }';
    const { cases } = loadText(`id: a\n${steps}\n${matrix}\n`, { engines: ['webkit'] });
    expect(cases.map(({ id }) => id)).toEqual([
      'a[vars.x=1,browser.engine=webkit]',
      'a[vars.x=2,browser.engine=webkit]',
    ]);
  });

  test('are no error where a case excludes them: the run skips it', () => {
    const { cases, errors } = load('route: proxy', { engines: ['firefox'] });
    expect(errors).toEqual([]);
    expect(cases.map(({ browser }) => findBrowserContradiction(browser)?.setting)).toEqual(['route']);
  });
});

describe('the earlier name browser.channel', () => {
  test('still works in a case and in a matrix, with a warning', () => {
    const old = load('channel: firefox, stack: native');
    expect(old.cases.map(({ browser }) => browser)).toEqual([{ engine: 'firefox', stack: 'native' }]);
    expect(old.warnings).toEqual(['2:12 Deprecated key "channel": use "engine"']);
    const matrix =
      'browser.channel: [chromium, firefox], vars.x: [1], exclude: [{ browser.channel: firefox, vars.x: 1 }]';
    expect(loadText(`id: a\n${steps}\nmatrix: { ${matrix} }\n`)).toMatchObject({
      errors: [],
      cases: [{ id: 'a[browser.engine=chromium,vars.x=1]' }],
    });
  });
});
