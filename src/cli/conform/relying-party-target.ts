/** The options of `touchstone conform relying-party` about the relying party under test. */
import { type Command, Option } from 'commander';
import { systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { type Random, systemRandom } from '#base/random.ts';
import { type BrowserEngine, browserEngines } from '#browser/bridge.ts';
import { startAdapterProcess } from '#conformance/relying-party/adapter-process.ts';
import { createLibraryTarget } from '#conformance/relying-party/library-target.ts';
import type { RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { collect } from '../commands/option-parsers.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { createPortalTarget } from '../compose/portal-target.ts';
import { loadAdapter } from './load-adapter.ts';
import { openServer } from './open-server.ts';
import { type OpenTarget, openSite } from './open-site.ts';

export interface TargetOptions {
  adapter: string[];
  adapterCommand?: string;
  url?: string;
  configureCommand?: string;
  site?: string;
  browser: BrowserEngine;
  headed: boolean;
  authorized?: string;
}

export const withTargetOptions = (command: Command): Command =>
  command
    .option(
      '--adapter <file>',
      'Test a library through its adapter, a module (repeatable: the report then compares the libraries); default: the portal of Touchstone',
      collect,
      [],
    )
    .option(
      '--adapter-command <command>',
      'Test a library through a program that implements the line protocol of adapters on standard input and output',
    )
    .option('--url <address>', 'Test a server with the conformance API of the FIDO Alliance; with --site: its address')
    .option(
      '--configure-command <command>',
      'With --url: apply the roots, metadata and policy of each case to the server with this command, which reads them as JSON',
    )
    .option('--site <file>', 'Test the web site of this site file, through its pages in a browser')
    .addOption(
      new Option('--browser <engine>', 'Engine that shows the pages of the site')
        .choices(browserEngines)
        .default('chromium'),
    )
    .option('--headed', 'Show the browser window', false)
    .option('--authorized <host>', 'Permit the test of a server on this host, which is not this machine');

/** One of the relying parties that the options choose. */
export interface ChosenTarget {
  /** The file or the address; undefined for the portal and for a command. */
  uri: string | undefined;
  /** Whether it is the portal of Touchstone. */
  isPortal: boolean;
  /** @throws {UsageError} if it cannot be used. */
  open(): Promise<OpenTarget>;
}

/**
 * Returns what the options choose: several libraries, or one relying party.
 * @throws {UsageError} if the options do not fit together.
 */
export function chooseTargets(options: TargetOptions, random: Random = systemRandom): ChosenTarget[] {
  const { adapter: adapters, adapterCommand, url, configureCommand, site, authorized } = options;
  const kinds = [adapters[0], adapterCommand, site ?? url];
  if (kinds.filter((option) => option !== undefined).length > 1)
    throw new UsageError(
      'Cannot test relying parties of several kinds at the same time: expected --adapter, --adapter-command, --site or --url',
    );
  const chosen = (uri: string | undefined, open: ChosenTarget['open']): ChosenTarget[] => [
    { uri, isPortal: false, open },
  ];
  if (configureCommand !== undefined && (url === undefined || site !== undefined))
    throw new UsageError('--configure-command applies to no server: name one with the conformance API with --url');
  if (site !== undefined) return chosen(url ?? site, () => openSite({ ...options, site }));
  if (url !== undefined) return chosen(url, () => openServer({ url, authorized, configureCommand }));
  if (adapterCommand !== undefined) return chosen(undefined, () => openAdapterCommand(adapterCommand));
  if (adapters.length > 0) return adapters.flatMap((file) => chosen(file, () => openAdapter(file)));
  return [{ uri: undefined, isPortal: true, open: async () => withoutDisposal(createPortalTarget(random)) }];
}

const openAdapter = async (file: string): Promise<OpenTarget> =>
  withoutDisposal(createLibraryTarget(await loadAdapter(file), libraryParties()));

const libraryParties = () => ({ random: systemRandom, trustAnchors: emulatorTrustAnchors() });

async function openAdapterCommand(command: string): Promise<OpenTarget> {
  const adapter = await startAdapterProcess({ command, clock: systemClock });
  const target = createLibraryTarget(adapter.library, libraryParties());
  return { target, [Symbol.asyncDispose]: () => adapter[Symbol.asyncDispose]() };
}

const withoutDisposal = (target: RelyingPartyTarget): OpenTarget => ({
  target,
  [Symbol.asyncDispose]: async () => undefined,
});
