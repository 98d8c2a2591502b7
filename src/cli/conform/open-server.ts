/** Opens a server under test. The owner must permit a host that is not this machine with `--authorized`. */
import { systemClock } from '#base/clock.ts';
import { messageOf, UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { configureWithCommand } from '#conformance/relying-party/configure-command.ts';
import { type ConfiguredTarget, openConfiguredTarget } from '#conformance/relying-party/configured-target.ts';
import { sendRequest } from '#conformance/relying-party/conformance-api/send-request.ts';
import { createServerTarget } from '#conformance/relying-party/server-target.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { requireAuthorization } from './authorization.ts';
import type { OpenTarget } from './open-site.ts';

export interface ServerChoice {
  url: string;
  authorized?: string | undefined;
  configureCommand?: string | undefined;
}

/**
 * Returns the target. A host that is not this machine must be named by `--authorized`, because the suite creates accounts and sends
 * invalid requests.
 * @throws {UsageError} for a URL that cannot be used or a host that is not named, {UnavailableError} if the server does not answer.
 */
export async function openServer(choice: ServerChoice): Promise<OpenTarget> {
  const { url: text, authorized, configureCommand: command } = choice;
  const { protocol, hostname, href } = parseUrl(text);
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new UsageError(`Cannot test ${text}: expected an address that begins with http:// or https://`);
  requireAuthorization(hostname, authorized);
  console.error(
    `Testing ${href}: the suite creates accounts named conformance-..., and sends invalid responses for them.`,
  );
  const open = () => createServerTarget({ url: href, random: systemRandom, clock: systemClock, fetch: sendRequest });
  if (command === undefined) return { target: await open(), [Symbol.asyncDispose]: async () => undefined };
  console.error('The suite changes its settings: roots of attestation, metadata, policy about models, and algorithms.');
  const configure = configureWithCommand({ command, clock: systemClock });
  const configured = await openConfiguredTarget(open, { configure, trustAnchors: emulatorTrustAnchors() });
  return {
    target: configured.target,
    [Symbol.asyncDispose]: () => restoreSettings(configured),
  };
}

/** Only prints a failure, because it does not affect the verdicts. */
async function restoreSettings(configured: ConfiguredTarget): Promise<void> {
  try {
    await configured[Symbol.asyncDispose]();
  } catch (error) {
    console.error(`Cannot restore the settings of the server: ${messageOf(error)}`);
  }
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new UsageError(`Cannot test ${JSON.stringify(text)}: expected a URL`, { cause });
  }
}
