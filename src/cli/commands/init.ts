/** `touchstone init`: opens a web site, records how it registers passkeys, and writes a first site file and a first scenario. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { messageOf, UnavailableError, UsageError } from '#base/errors.ts';
import { openBridgedPage } from '#browser/bridged-page.ts';
import { Timeline } from '#result/timeline.ts';
import { isLoopback } from '#scenario/language/schema/site-url.ts';
import { RequestLog } from '#scenario/parties/site/request-log.ts';
import { Site } from '#scenario/parties/site/site.ts';
import { PersonRecorder } from '#scenario/site-recording/person-recorder.ts';
import { probeSite } from '#scenario/site-recording/probe.ts';
import type { ProbeResult, Recording } from '#scenario/site-recording/recording.ts';
import { scenarioText } from '#scenario/site-recording/scenario-text.ts';
import { siteFileText, userVariables } from '#scenario/site-recording/site-file-text.ts';
import { SiteRecorder } from '#scenario/site-recording/site-recorder.ts';
import { stepsOfPerson } from '#scenario/site-recording/steps-of-person.ts';
import { watchPerson } from '#scenario/site-recording/watch-person.ts';
import { createRecordingKeys, recordingPin } from '../compose/recording-keys.ts';
import { exitCode } from '../exit-codes.ts';
import { parseSiteUrl } from '../run/site-options.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';
import { collect } from './option-parsers.ts';

interface InitOptions {
  url: string;
  probe: boolean;
  authorized: string[];
  force: boolean;
}

export const initCommand = (finish: (code: number) => void) =>
  new Command('init')
    .requiredOption('--url <url>', 'Address of the site, preferably of the page that lists the passkeys', parseSiteUrl)
    .option('--probe', 'Look for the registration without a person and without a window', false)
    .option(
      '--authorized <host>',
      'Permit --probe on this host, which is not this machine; repeat the option for more hosts',
      collect,
      [],
    )
    .option('--force', 'Overwrite files that exist', false)
    .action(async (options: InitOptions) => {
      await init(options);
      finish(exitCode.passed);
    });

async function init(options: InitOptions): Promise<void> {
  const { hostname } = new URL(options.url);
  const mayDrive = (host: string) => isLoopback(host) || options.authorized.includes(host);
  if (options.probe && !mayDrive(hostname))
    throw new UsageError(
      `Refused to press controls on ${hostname}: --probe drives a site of other people only with --authorized ${hostname}`,
    );
  const files = { site: join('sites', `${hostname}.yaml`), scenario: join('scenarios', `${hostname}.yaml`) };
  for (const file of Object.values(files))
    if (existsSync(file) && !options.force) throw new UsageError(`${file} exists already; --force overwrites it`);
  const { recording, probe } = await record(options, mayDrive);
  await write(files.site, siteFileText({ id: hostname, recording, probe }));
  const site = join('..', files.site);
  await write(files.scenario, scenarioText({ id: hostname, site, pin: recordingPin, recording, probe }));
  printSummary(recording, probe, files);
}

async function record({ url, probe }: InitOptions, mayDrive: (host: string) => boolean) {
  await using bridged = await openBridgedPage({ headed: !probe, accessibilityInfo: !probe });
  const { page, webauthn } = bridged;
  const requests = new RequestLog({ origin: new URL(url).origin, requests: {} });
  const site = new Site({ page, url, timeline: new Timeline(), requests });
  const recorder = new SiteRecorder({ page, url, authenticators: createRecordingKeys(), pin: recordingPin });
  await webauthn.handle(recorder.handler);
  const person = probe ? undefined : await PersonRecorder.start(page.context());
  try {
    await site.open('');
  } catch (cause) {
    throw new UnavailableError(`Cannot open ${url}: ${messageOf(cause).split('\n')[0]}`, { cause });
  }
  const user = {
    name: process.env[userVariables.name] || undefined,
    password: process.env[userVariables.password] || undefined,
    totp: process.env[userVariables.totp] || undefined,
  };
  if (!person) {
    const result = await probeSite({ site, recorder, user, mayDrive });
    return { recording: await recorder.recording(), probe: result };
  }
  console.log(
    'Sign in and register a passkey in the browser window; the security dialog answers itself. What you click and type is recorded, except passwords and codes. Then close the window, or press Ctrl+C here.',
  );
  await withInterruptSignal((signal) => watchPerson(page, recorder, signal));
  const steps = stepsOfPerson(await person.actions(), recorder.ceremonies);
  return { recording: await recorder.recording(), probe: steps };
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

function printSummary(
  { ceremonies, requests }: Recording,
  { stoppedBecause }: ProbeResult,
  { site, scenario }: { site: string; scenario: string },
): void {
  for (const { method, path, error } of ceremonies) console.log(`${method}() on ${path}: ${error ?? 'still running'}`);
  for (const [name, { method, path, status }] of Object.entries(requests))
    console.log(`${name}: ${method} ${path}, status ${status}`);
  if (stoppedBecause !== undefined) console.log(pc.yellow(`No passkey was registered. ${stoppedBecause}`));
  console.log(`${pc.green('✓')} Wrote ${site} and ${scenario}`);
  console.log(`Complete the lines with TODO, then run: touchstone site check ${site}`);
}
