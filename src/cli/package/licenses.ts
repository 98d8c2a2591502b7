/** Collects the licenses of the packages that are compiled into the program; they require that their text goes with it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Returns the license texts of `packages`, which are installed in `root`. @throws {Error} for a package without a license file. */
export async function licenseTexts(root: string, packages: readonly string[]): Promise<string> {
  const texts = await Promise.all(packages.map((name) => licenseText(join(root, 'node_modules', name))));
  return `The compiled program contains these packages.\n\n${texts.join('\n\n')}`;
}

async function licenseText(folder: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`Cannot find the license of ${name}: ${folder} has no LICENSE file`);
  return `${name} ${version}\n\n${(await readFile(join(folder, file), 'utf8')).trim()}`;
}
