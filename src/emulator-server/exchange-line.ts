/** One exchange with an emulated key as a line for people: when, what was asked, for whom, what came of it, how long it took. */
import { fromHex } from '#base/bytes.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import type { WireExchange } from '#result/transcript.ts';

export interface ExchangeLine {
  /** `makeCredential`, `clientPIN getKeyAgreement`. */
  what: string;
  /** The relying party's id, where the request names one. */
  rpId: string;
  /** The status without its prefix, or what happened instead of an answer. */
  outcome: string;
  succeeded: boolean;
  duration: string;
}

export function exchangeLine(exchange: WireExchange): ExchangeLine {
  const { command, subCommand, status, transportError, durationMs } = exchange;
  const name = command.replace(/^authenticator/, '');
  const spelt = name === command ? name : name.charAt(0).toLowerCase() + name.slice(1);
  return {
    what: subCommand ? `${spelt} ${subCommand}` : spelt,
    rpId: rpIdOf(exchange),
    outcome: status?.replace(/^CTAP[12]_(ERR_)?/, '') ?? transportError ?? 'no answer',
    succeeded: status === 'CTAP2_OK' || status === '0x9000',
    duration:
      durationMs < 1000 ? `${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms` : `${(durationMs / 1000).toFixed(1)} s`,
  };
}

/** Where each request carries the RP id: CTAP 2.1 section 6.1, 6.2, 6.5.5. */
const rpIdMember: Record<string, number> = {
  authenticatorMakeCredential: 0x02,
  authenticatorGetAssertion: 0x01,
  authenticatorClientPIN: 0x0a,
};

/** Whatever came is shown as far as it can be read; letters that would move the cursor are not. */
function rpIdOf({ command, request }: WireExchange): string {
  const member = rpIdMember[command];
  if (member === undefined) return '';
  const { value } = inspect(fromHex(request).subarray(1));
  const found = value instanceof Map ? value.get(member) : undefined;
  const id = found instanceof Map ? found.get('id') : found;
  return typeof id === 'string' ? id.replace(/[^\x20-\x7e]/g, '?').slice(0, 253) : '';
}
