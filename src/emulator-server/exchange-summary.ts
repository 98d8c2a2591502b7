/** Summarizes an exchange with an emulated key for the live view: command, relying party, outcome, duration. */
import { fromHex } from '#base/bytes.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import type { WireExchange } from '#result/transcript.ts';

export interface ExchangeSummary {
  /** Command and sub-command, e.g. `makeCredential`, `clientPIN getKeyAgreement`. */
  command: string;
  /** The relying party id of the request; empty if it has none. */
  rpId: string;
  /** The status without its prefix, or the error if there was no answer. */
  outcome: string;
  succeeded: boolean;
  /** With its unit, e.g. `3.1 ms`. */
  duration: string;
}

export function summarizeExchange(exchange: WireExchange): ExchangeSummary {
  const { command, subCommand, status, transportError, durationMs } = exchange;
  const name = shortCommandName(command);
  return {
    command: subCommand ? `${name} ${subCommand}` : name,
    rpId: rpIdOf(exchange),
    outcome: status?.replace(/^CTAP[12]_(ERR_)?/, '') ?? transportError ?? 'no answer',
    succeeded: status === 'CTAP2_OK' || status === '0x9000',
    duration: formatDuration(durationMs),
  };
}

/** Returns `makeCredential` for `authenticatorMakeCredential`; any other name unchanged. */
function shortCommandName(command: string): string {
  const name = command.replace(/^authenticator/, '');
  return name === command ? name : name.charAt(0).toLowerCase() + name.slice(1);
}

function formatDuration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Parameter with the RP id, CTAP 2.1 sections 6.1, 6.2 and 6.5.5. */
const rpIdParameter: Record<string, number> = {
  authenticatorMakeCredential: 0x02,
  authenticatorGetAssertion: 0x01,
  authenticatorClientPIN: 0x0a,
};

/** Returns the RP id of a request, also of malformed CBOR if it can be read, without control characters. */
function rpIdOf({ command, request }: WireExchange): string {
  const parameter = rpIdParameter[command];
  if (parameter === undefined) return '';
  const { value } = inspect(fromHex(request).subarray(1));
  const found = value instanceof Map ? value.get(parameter) : undefined;
  const id = found instanceof Map ? found.get('id') : found;
  return typeof id === 'string' ? id.replace(/[^\x20-\x7e]/g, '?').slice(0, 253) : '';
}
