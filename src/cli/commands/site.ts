/** `touchstone site check`: runs a site file step by step on its site, and explains the first step that fails. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { UsageError } from '#base/errors.ts';
import { openBridgedPage } from '#browser/bridged-page.ts';
import type { LoadedScenarios } from '#scenario/language/load.ts';
import { ownClient } from '#scenario/parties/client/own-client.ts';
import { checkSiteFile } from '#scenario/site-check/check-site-file.ts';
import { renderSiteCheck } from '#scenario/site-check/render-site-check.ts';
import { provideEmulatedAuthenticators } from '../compose/emulated-authenticators.ts';
import { exitCode } from '../exit-codes.ts';
import { loadOrReport } from '../run/scenario-library.ts';
import { collectSiteFile, parseSiteUrl } from '../run/site-options.ts';
import { parseMilliseconds } from './option-parsers.ts';
import { ensureWritableFolder } from './output-folder.ts';

interface SiteCheckOptions {
  url?: string;
  output: string;
  headed: boolean;
  timeout?: number;
}

const checkScenario = resolve(import.meta.dirname, '../../scenario/site-check/site-check.yaml');

export const siteCommand = (finish: (code: number) => void) =>
  new Command('site').addCommand(
    new Command('check')
      .description('Run a site file step by step on its site, and explain the first step that fails')
      .argument('<file>', 'Site file')
      .option('--url <url>', 'Address of the site, instead of the one in the file', parseSiteUrl)
      .option('--timeout <duration>', 'Time limit of each word of the flow, e.g. 20s; default: 10s', parseMilliseconds)
      .option('--headed', 'Show the browser window', false)
      .option('-o, --output <folder>', 'Folder of the screenshot', 'reports')
      .action(async (file: string, options: SiteCheckOptions) => finish(await checkSite(file, options))),
  );

async function checkSite(file: string, { url, output, headed, timeout }: SiteCheckOptions): Promise<number> {
  const [path = ''] = collectSiteFile(file, []);
  await ensureWritableFolder(output);
  const library = loadOrReport([checkScenario], {
    env: process.env,
    sites: [path],
    ...(url !== undefined && { url }),
  });
  if (!library) return exitCode.usage;
  const [scenario] = library.cases;
  if (!scenario) throw new UsageError(`There is nothing to check in ${file}`);
  const text = textOf(library, scenario.site.definition.file);
  await using bridged = await openBridgedPage({ headed });
  const result = await checkSiteFile(scenario, {
    page: bridged.page,
    client: ownClient(bridged.webauthn, { headed: false, route: bridged.route }),
    provide: provideEmulatedAuthenticators,
    text,
    ...(timeout !== undefined && { wordTimeoutMs: timeout }),
  });
  const screenshot = await keepScreenshot(result.failure?.screenshot, output, scenario.site.definition.id);
  const paint = { error: pc.red, dim: pc.dim };
  console.log(renderSiteCheck(result, { text, file: nameOf(path), screenshot, paint }));
  if (!result.failure) console.log(`\n${pc.green('✓')} ${nameOf(path)} works on ${scenario.site.url ?? 'the portal'}`);
  return result.failure ? exitCode.failed : exitCode.passed;
}

const textOf = ({ sources }: LoadedScenarios, file: string): string => sources.get(file) ?? '';

/** Returns the name of a file as a person types it in the working directory. */
const nameOf = (path: string): string => {
  const name = relative(process.cwd(), path);
  return name.startsWith('..') ? path : name;
};

/** Returns the name of the file with the screenshot. */
async function keepScreenshot(image: Buffer | undefined, output: string, id: string): Promise<string | undefined> {
  if (!image) return undefined;
  const folder = join(output, 'site-check');
  await mkdir(folder, { recursive: true });
  const name = join(folder, `${id}.png`);
  await writeFile(name, image);
  return name;
}
