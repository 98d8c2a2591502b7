/** Finds installed packages, and reads their versions. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Imports a package that this project does not depend on: from its own packages, or from those of the working directory.
 * @param {string} name
 * @returns {Promise<{ module: any, url: string }>} its default export, and the address of its main file
 */
export async function importInstalled(name) {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'adapter.mjs')).href]) {
    try {
      const url = pathToFileURL(createRequire(from).resolve(name)).href;
      return { module: (await import(url)).default, url };
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(`Expected the package ${name}: npm install --no-save ${name}`);
}

/**
 * Returns the version of the package `name`, which contains the file `url`.
 * @param {string} name @param {string} url
 * @returns {string}
 */
export function packageVersion(name, url) {
  for (let folder = dirname(fileURLToPath(url)); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const manifest = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    if (manifest?.name === name) return manifest.version;
  }
  throw new Error(`Cannot find package.json of ${name} above ${url}`);
}
