/** What the requirements on CTAPHID share, CTAP 2.1 section 11.2. */
import { encodeMessage } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { ctapHidCommands, keepaliveStatus } from '#protocol/ctaphid.ts';
import { check } from '../checks.ts';
import { NotApplicable, setUp } from '../failures.ts';
import { checkResponse, describeMessage, type HidHost, openHidHost } from '../hid-host.ts';
import { hasHidReports, registersWithoutPin } from '../preconditions.ts';
import { authorizeRegistration, buildRegistration } from '../registration.ts';
import type { RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

export const hid = { group: 'hid', document: 'CTAP 2.1', preconditions: [hasHidReports] } as const;

/** A host with an open channel. */
export interface OpenChannel {
  context: TestContext;
  host: HidHost;
  channel: number;
}

/** Runs a check with a new channel. */
export const withChannel =
  (run: (opened: OpenChannel) => Promise<void>): RequirementInput['run'] =>
  async (context) => {
    const host = await openHidHost(context);
    await run({ context, host, channel: await host.openChannel() });
  };

export const getInfo = encodeMessage(commands.authenticatorGetInfo.code);

/** Checks that the device answers a message on the channel, with the answer as the next message. */
export async function checkAnswersPing({ host, channel }: Pick<OpenChannel, 'host' | 'channel'>): Promise<void> {
  const payload = new Uint8Array([0x50, 0x49, 0x4e, 0x47]);
  const answer = checkResponse(await host.exchange(channel, 'PING', payload), channel, 'PING');
  check(answer.length === payload.length, `Expected PING to return ${payload.length} bytes, got ${answer.length}`);
}

/** Waiting for the user needs a registration that a touch authorizes. */
export const waits = [registersWithoutPin];

/** Runs a check while a registration on the channel waits for the user, and ends the registration. */
export async function whileWaiting({ context, host, channel }: OpenChannel, run: () => Promise<void>): Promise<void> {
  context.setUser('wait');
  try {
    await setUp('start a registration that waits for the user', () => startRegistration({ context, host, channel }));
    await run();
  } finally {
    context.setUser('touch');
    host.send(channel, 'CANCEL');
  }
}

/** Starts a registration that waits for the user. @throws {RequirementViolated} if no keepalive follows. */
export async function startRegistration({ context, host, channel }: OpenChannel): Promise<void> {
  const parameters = await authorizeRegistration(context, buildRegistration(context));
  const request = encodeMessage(commands.authenticatorMakeCredential.code, parameters);
  host.send(channel, 'CBOR', request);
  const message = await host.readAny();
  check(message?.command === ctapHidCommands.KEEPALIVE, `Expected a keepalive, got ${describeMessage(message)}`);
}

/** Reads keepalives until one reports that the device waits for the user. */
export async function readUntilUserNeeded(host: HidHost): Promise<void> {
  for (let read = 0; read < 10; read++)
    if (host.keepalives.at(-1)?.payload[0] !== keepaliveStatus.upneeded) await host.readKeepalive();
}

/** @throws {NotApplicable} if the device does not support the command. */
export async function requireCommand({ host, channel }: OpenChannel, command: 'LOCK' | 'WINK'): Promise<void> {
  const message = await host.exchange(channel, command, command === 'LOCK' ? new Uint8Array([0]) : undefined);
  if (describeMessage(message) === 'ERR_INVALID_CMD') throw new NotApplicable(`The device does not support ${command}`);
}
