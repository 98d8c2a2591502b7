/** The CTAPHID commands that take no time: PING, WINK and LOCK, CTAP 2.1 sections 11.2.9.1.4 and 11.2.9.2. */
import { type CtapHidError, ctapHidCommandName } from '#protocol/ctaphid.ts';
import type { HidMessage } from '#protocol/ctaphid-reassembler.ts';
import type { HidRules } from '../transport-rules.ts';
import type { ChannelLock } from './ctaphid-lock.ts';

interface Executor {
  lock: ChannelLock;
  rules: HidRules;
  wink: (() => void) | undefined;
}

const nothing = new Uint8Array(0);

/** Returns the payload of the response. Any other command here is a CBOR or MSG command with an empty payload. */
export function executeImmediately(
  { command, channel, payload }: HidMessage,
  { lock, rules, wink }: Executor,
): Uint8Array | CtapHidError {
  const name = ctapHidCommandName(command);
  if (name === 'PING') return payload;
  if (name === 'LOCK') return lock.set(channel, payload) ?? nothing;
  if (name !== 'WINK') return rules.enforceMessageLength && rules.refuseUnknownCommands ? 'ERR_INVALID_LEN' : nothing;
  if (payload.length > 0 && rules.enforceWinkLength) return 'ERR_INVALID_LEN';
  wink?.();
  return nothing;
}
