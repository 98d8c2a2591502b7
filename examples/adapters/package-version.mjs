/** Reads the version of an installed package. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the version of the package `name`, of which `url` is a file.
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
