/** The manual actions that a case needs on a real key, and the state of the authenticator after it, measured on an emulated one. */
import { fromHex } from '#base/bytes.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { commandName, commands } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { credentialManagementSubCommands } from '#protocol/management.ts';
import { ctapStatus } from '#protocol/status.ts';
import type { ConnectedAuthenticator } from '../connected/connected-authenticator.ts';
import { connectedTargets } from '../connected/connected-targets.ts';
import { describePreparation } from '../connected/shared-credentials.ts';
import { noChanges, recordChanges, type StateChanges } from '../connected/state-changes.ts';
import { decodeExchange } from '../exchange.ts';
import { readInfo } from '../read-info.ts';
import { isApplicable, runApplicableCase, type TestCase } from '../run-case.ts';
import type { CredentialPool } from '../test-target.ts';

/** What a person or a robot does. */
export interface Actions {
  touches: number;
  powerCycles: number;
}

/** An emulated authenticator that counts the actions that a person would perform on a real key. */
export interface CountingAuthenticator extends ConnectedAuthenticator {
  readonly actions: Readonly<Actions>;
}

/** Starts a new authenticator of an emulated model. */
export type EmulateCounting = (persona: string | undefined) => Promise<CountingAuthenticator>;

export interface Effort extends Actions {
  changes: StateChanges;
  endsWithPin: boolean;
  /** After three wrong PINs the authenticator demands a power cycle. */
  endsLocked: boolean;
  /** The registrations that prepare the check, if the case changes nothing else: cases with equal ones can share credentials. */
  preparation: string | undefined;
}

/** A case that does not apply to the emulated model. */
const assumed: Effort = {
  touches: 1,
  powerCycles: 0,
  changes: noChanges(),
  endsWithPin: false,
  endsLocked: false,
  preparation: undefined,
};

/** Runs a case on a new emulated authenticator and returns its effort. */
export async function measureEffort(test: TestCase, emulate: EmulateCounting): Promise<Effort> {
  const { provenOn, state } = test.requirement;
  await using authenticator = await emulate(provenOn);
  if (!isApplicable(test, await readInfoFrom(authenticator), authenticator.interfaces))
    return { ...assumed, endsWithPin: state === 'pin' };
  const registrations: (string | undefined)[] = [];
  const credentials: CredentialPool = {
    find: () => undefined,
    add: (options) => void registrations.push(describePreparation(options)),
  };
  const source = connectedTargets(authenticator, { credentialsFor: () => credentials });
  const { exchanges = [] } = await runApplicableCase(test, source);
  const messages = exchanges.map(({ request, answer }) => ({ request: fromHex(request), answer: fromHex(answer) }));
  const { touches, powerCycles } = authenticator.actions;
  return {
    touches,
    powerCycles,
    changes: changesOf(messages),
    endsWithPin: (await readInfoFrom(authenticator)).options?.clientPin === true,
    endsLocked: endsLocked(messages),
    preparation: preparationOf(registrations, messages),
  };
}

interface Message {
  request: Uint8Array;
  answer: Uint8Array;
}

function changesOf(messages: readonly Message[]): StateChanges {
  const changes = noChanges();
  for (const { request, answer } of messages) recordChanges(changes, request, answer);
  return changes;
}

function endsLocked(messages: readonly Message[]): boolean {
  const last = messages.findLast(({ request }) => request[0] === commands.authenticatorClientPIN.code);
  return last?.answer[0] === ctapStatus.CTAP2_ERR_PIN_AUTH_BLOCKED;
}

/** Returns undefined if there is something that the registrations of the preparation do not explain. */
function preparationOf(
  registrations: readonly (string | undefined)[],
  messages: readonly Message[],
): string | undefined {
  const { largeBlobs, pin, wasReset, needsReset } = changesOf(messages);
  const sent = messages.filter(({ request }) => request[0] === commands.authenticatorMakeCredential.code).length;
  if (sent === 0 || sent !== registrations.length || registrations.includes(undefined)) return undefined;
  if (largeBlobs || pin || wasReset || needsReset || messages.some(countsCredentials)) return undefined;
  return registrations.join(' ');
}

const readingSubCommands: readonly unknown[] = [
  credentialManagementSubCommands.enumerateRPsBegin,
  credentialManagementSubCommands.enumerateRPsGetNextRP,
  credentialManagementSubCommands.enumerateCredentialsBegin,
  credentialManagementSubCommands.enumerateCredentialsGetNextCredential,
];

/** Whether a command counts or changes the stored credentials. */
function countsCredentials({ request }: Message): boolean {
  const [code = 0] = request;
  if (commandName(code)?.startsWith('authenticatorCredentialManagement') !== true) return false;
  const { value } = request.length > 1 ? inspect(request.subarray(1)) : {};
  return !(value instanceof Map) || !readingSubCommands.includes(value.get(0x01));
}

async function readInfoFrom({ device }: ConnectedAuthenticator): Promise<AuthenticatorInfo> {
  const request = new Uint8Array([commands.authenticatorGetInfo.code]);
  return readInfo(decodeExchange(request, await device.transact(request)).members);
}
