/**
 * The recipes of `docs/other-tools.md`, run with the real tools and the browser of this machine. A recipe whose tool or driver is
 * missing is skipped, and the reason is printed.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findBrowser } from '#browser/installed-browsers.mjs';
import { accountHtml } from '../testing/account-page.ts';
import { serveAuthenticator } from './authenticator-server.ts';
import {
  cypressCache,
  installCypress,
  installNpmPackage,
  installPythonPackages,
  unpackChromedriver,
} from './testing/install-tool.ts';

const root = resolve(import.meta.dirname, '../../..');
const recipes = join(root, 'examples/other-tools');
const token = 'the token of the recipes';
const run = promisify(execFile);

const browser = findBrowser('chromium');
const findInPath = (name: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
const chromedriver = findInPath('chromedriver') ?? unpackChromedriver();

interface Command {
  command: string;
  args: string[];
  cwd: string;
}

interface Recipe {
  file: string;
  needsDriver: boolean;
  /** Returns the command that runs the recipe; undefined if the tool cannot be installed. */
  prepare(): Command | undefined;
}

const nodeRecipe = (file: string, nameAndVersion: string, needsDriver: boolean): Recipe => ({
  file,
  needsDriver,
  prepare() {
    const cwd = installNpmPackage(nameAndVersion);
    if (cwd === undefined) return undefined;
    copyFileSync(join(recipes, file), join(cwd, file)); // it imports the tool from the folder that it is in
    return { command: process.execPath, args: [file], cwd };
  },
});

const pythonPackages = ['robotframework', 'robotframework-seleniumlibrary', 'robotframework-requests'];

const all: Recipe[] = [
  nodeRecipe('puppeteer.mjs', 'puppeteer-core@25.16.0', false),
  nodeRecipe('selenium.mjs', 'selenium-webdriver@4.49.0', true),
  nodeRecipe('webdriverio.mjs', 'webdriverio@9.33.1', true),
  {
    file: 'cypress.cy.js',
    needsDriver: false,
    prepare() {
      const cwd = installCypress('15.3.0');
      if (cwd === undefined) return undefined;
      mkdirSync(join(cwd, 'cypress/e2e'), { recursive: true });
      copyFileSync(join(recipes, this.file), join(cwd, 'cypress/e2e/passkey.cy.js'));
      writeFileSync(join(cwd, 'cypress.config.cjs'), 'module.exports = { e2e: { supportFile: false } };');
      const args = [join(cwd, 'node_modules/cypress/bin/cypress'), 'run', '--browser', browser?.path ?? 'chromium'];
      return { command: process.execPath, args, cwd };
    },
  },
  {
    file: 'robot_framework.robot',
    needsDriver: true,
    prepare() {
      const folder = installPythonPackages(pythonPackages);
      if (folder === undefined) return undefined;
      const args = ['-m', 'robot', '--outputdir', join(folder, 'results'), join(recipes, this.file)];
      return { command: join(folder, 'bin/python'), args, cwd: folder };
    },
  },
];

test.for(all)('the recipe $file registers a passkey', { timeout: 240_000 }, async (recipe, { skip }) => {
  const prepared = prepare(recipe);
  if (typeof prepared === 'string') {
    console.log(`Skipped ${recipe.file}: ${prepared}`);
    return skip(prepared);
  }
  await using server = await serveAuthenticator({ port: 0, token });
  await using site = await serveSite();
  const { command, args, cwd } = prepared;
  const variables = { SERVER: server.origin, TOUCHSTONE_TOKEN: token, SITE: site.url, BROWSER: browser?.path };
  const cypressVariables = {
    CYPRESS_SERVER: server.origin,
    CYPRESS_TOKEN: token,
    CYPRESS_SITE: site.url,
    CYPRESS_CACHE_FOLDER: cypressCache,
  };
  const env = { ...process.env, ...variables, ...cypressVariables, CHROMEDRIVER: chromedriver };
  // The recipe itself expects one registration with user verification, and fails otherwise.
  const ended = await run(command, args, { cwd, env }).catch((error: { stdout: string; stderr: string }) => error);
  expect(ended, `${ended.stdout}\n${ended.stderr}`).not.toBeInstanceOf(Error);
});

test('the documentation shows every recipe as it is tested', () => {
  const documentation = readFileSync(join(root, 'docs/other-tools.md'), 'utf8');
  for (const { file } of all) expect(documentation).toContain(readFileSync(join(recipes, file), 'utf8').trim());
});

/** Returns the command that runs the recipe, or the reason why it cannot run on this machine. */
function prepare(recipe: Recipe): Command | string {
  if (!browser) return 'no Chromium is installed';
  if (recipe.needsDriver && chromedriver === undefined)
    return 'no chromedriver is in PATH, and none of the version of the browser can be downloaded';
  return recipe.prepare() ?? 'its packages cannot be installed from the registry';
}

async function serveSite(): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(accountHtml()),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolveClosed) => server.close(resolveClosed));
    },
  };
}
