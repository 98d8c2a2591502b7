/**
 * The recipes of `docs/other-tools.md`, run with the real tools and the browser of this machine. A recipe whose tool or driver is
 * missing is skipped, and the reason is printed.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findBrowser } from '#browser/installed-browsers.mjs';
import { accountHtml } from '../testing/account-page.ts';
import { serveAuthenticator } from './authenticator-server.ts';
import { installNpmPackage, installPythonPackages } from './testing/install-tool.ts';

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
const chromedriver = findInPath('chromedriver');

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
  const env = { ...process.env, ...variables, CHROMEDRIVER: chromedriver };
  // The recipe itself expects one registration with user verification, and fails otherwise.
  const ended = await run(command, args, { cwd, env }).catch((error: { stdout: string; stderr: string }) => error);
  expect(ended, `${ended.stdout}\n${ended.stderr}`).not.toBeInstanceOf(Error);
});

test('the documentation shows every recipe as it is tested', () => {
  const documentation = readFileSync(join(root, 'docs/other-tools.md'), 'utf8');
  for (const file of [...all.map((recipe) => recipe.file), 'cypress.cy.js'])
    expect(documentation).toContain(readFileSync(join(recipes, file), 'utf8').trim());
});

/** Returns the command that runs the recipe, or the reason why it cannot run on this machine. */
function prepare(recipe: Recipe): Command | string {
  if (!browser) return 'no Chromium is installed';
  if (recipe.needsDriver && chromedriver === undefined) return 'no chromedriver is in PATH';
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
