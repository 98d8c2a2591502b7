/** The messages of a case as the wire transcript of a report. Runs in the page. */
import { fromHex } from '#base/bytes.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { clientPinSubCommands } from '#protocol/commands.ts';
import { statusName } from '#protocol/status.ts';
import type { CaseDetail } from '#report/html/case-detail.ts';
import { decodeExchange } from '#report/html/decode-wire.ts';
import type { CommandExchange } from '../../case-result.ts';
import { commandOf } from '../command-times.ts';

/** Returns the exchanges; the time of each is the sum of those before it, because the suite does not wait between them. */
export function toWire(exchanges: readonly CommandExchange[]): CaseDetail['wire'] {
  let atMs = 0;
  return exchanges.map(({ request, answer, waitedForUser, durationMs }) => {
    const startedAt = atMs;
    atMs += durationMs;
    const status = answer === '' ? undefined : nameOfStatus(answer.slice(0, 2));
    return {
      atMs: startedAt,
      durationMs,
      command: commandOf({ request }),
      ...nameSubCommand(request),
      request,
      response: answer,
      ...(status !== undefined && { status }),
      keepalives: waitedForUser ? ['upneeded' as const] : [],
      decoded: decodeExchange({ request, response: answer }),
    };
  });
}

/** Only authenticatorClientPIN has sub-commands with names of their own in CTAP. */
function nameSubCommand(request: string): { subCommand?: string } {
  if (request.slice(0, 2) !== '06') return {};
  const { value } = inspect(fromHex(request.slice(2)));
  const number = value instanceof Map ? value.get(0x02) : undefined;
  const [name] = Object.entries(clientPinSubCommands).find(([, code]) => code === number) ?? [];
  return name === undefined ? {} : { subCommand: name };
}

const nameOfStatus = (hex: string): string => statusName(Number.parseInt(hex, 16)) ?? `0x${hex}`;
