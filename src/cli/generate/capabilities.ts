/**
 * Determines what an authenticator supports by sending getInfo and every command and subcommand once. The tables of the documentation are
 * made from the answers, so they cannot claim more than the code does.
 */
import { type CborMap, encodeMessage } from '#protocol/cbor.ts';
import { decode, decodeFirst } from '#protocol/cbor-reader.ts';
import { type CommandName, clientPinSubCommands, commands } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import {
  authenticatorConfigSubCommands,
  bioEnrollmentSubCommands,
  credentialManagementSubCommands,
} from '#protocol/management.ts';
import { ctapStatus } from '#protocol/status.ts';

/** The part of an authenticator that is used here. */
export interface MessageProcessor {
  process(message: Uint8Array): Promise<Uint8Array>;
}

export interface Capabilities {
  info: AuthenticatorInfo;
  /** Commands that are not answered with CTAP1_ERR_INVALID_COMMAND. */
  commands: ReadonlySet<CommandName>;
  /** Subcommands, as `command/subcommand`, whose answer differs from that to an undefined subcommand. */
  subcommands: ReadonlySet<string>;
}

interface SubcommandTable {
  codes: Record<string, number>;
  /** Returns the parameters of a request for the subcommand. */
  request(code: number): CborMap;
}

/** Commands with subcommands. */
export const subcommandTables: Partial<Record<CommandName, SubcommandTable>> = {
  authenticatorClientPIN: {
    codes: clientPinSubCommands,
    request: (code) =>
      new Map([
        [0x01, 0x01], // CTAP 2.0 requires the protocol in every request
        [0x02, code],
      ]),
  },
  authenticatorBioEnrollment: {
    codes: bioEnrollmentSubCommands,
    request: (code) =>
      new Map([
        [0x01, 0x01],
        [0x02, code],
      ]), // fingerprint modality
  },
  authenticatorCredentialManagement: {
    codes: credentialManagementSubCommands,
    request: (code) => new Map([[0x01, code]]),
  },
  authenticatorConfig: { codes: authenticatorConfigSubCommands, request: (code) => new Map([[0x01, code]]) },
};

const undefinedSubcommand = 0xee;
/** Offset after the status, the map header and the first key. */
const firstValueAt = 3;

/** Sends every command to an authenticator in factory state whose user declines every gesture. */
export async function capabilitiesOf(authenticator: () => MessageProcessor): Promise<Capabilities> {
  const statusOf = async (command: CommandName, parameters?: CborMap) => {
    return (await authenticator().process(encodeMessage(commands[command].code, parameters)))[0];
  };
  const known = new Set<CommandName>();
  const subcommands = new Set<string>();
  for (const command of Object.keys(commands) as CommandName[]) {
    if ((await statusOf(command)) === ctapStatus.CTAP1_ERR_INVALID_COMMAND) continue;
    known.add(command);
    const table = subcommandTables[command];
    if (!table) continue;
    const statusOfCode = (code: number) => statusOf(command, table.request(code));
    const unknown = await statusOfCode(undefinedSubcommand);
    for (const [name, code] of Object.entries(table.codes))
      if ((await statusOfCode(code)) !== unknown) subcommands.add(`${command}/${name}`);
  }
  const answer = await authenticator().process(new Uint8Array([commands.authenticatorGetInfo.code]));
  const info = commands.authenticatorGetInfo.response.parse(decode(answer.subarray(1)));
  return { info, commands: known, subcommands };
}

/** Returns the attestation format of a registration that offers these COSE algorithms; undefined if it fails. */
export async function formatOfRegistration(algs: readonly number[], authenticator: MessageProcessor) {
  const { request, code } = commands.authenticatorMakeCredential;
  const parameters = request.encode({
    clientDataHash: new Uint8Array(32),
    rp: { id: 'example.com' },
    user: { id: new Uint8Array(1) },
    pubKeyCredParams: algs.map((alg) => ({ type: 'public-key', alg })),
  });
  const answer = await authenticator.process(encodeMessage(code, parameters));
  if (answer[0] !== ctapStatus.CTAP2_OK) return undefined;
  // fmt is the first value. The rest may be nested deeper (compound) than CTAP allows.
  return decodeFirst(answer, firstValueAt).value;
}
