/** The options of `touchstone run` about real keys. */
import { type Command, InvalidArgumentError } from 'commander';
import { messageOf } from '#base/errors.ts';
import { type PinSource, parsePinSource } from '#real-keys/pin-provider.ts';
import type { KeyPermissions } from '#real-keys/resolve-devices.ts';
import { defaultPinRetriesFloor } from '#transport/guarded-device.ts';
import { collect } from '../commands/option-parsers.ts';
import { addDeprecatedAlias } from './deprecated-option.ts';

export interface KeyOptions extends KeyPermissions {
  /** Devices that every case runs on; empty: the device that each case names itself. */
  device: string[];
}

export const withKeyOptions = (command: Command): Command =>
  addDeprecatedAlias(
    command
      .option(
        '--device <which>',
        'Run every case on this key: any, an address, an AAGUID, or an id or serial number from touchstone keys; emulator: the persona; repeatable',
        collect,
        [],
      )
      .option('--destroy-credentials <id>', 'Permit cases to change or erase this key; repeatable', collect, [])
      .option(
        '--with-credentials <id>',
        'Use this key although it stores passkeys, or may store some; repeatable',
        collect,
        [],
      )
      .option(
        '--skip-destructive',
        'Skip the cases that would change or erase a key, instead of refusing the run',
        false,
      )
      .option(
        '--pin-from <source>',
        'Read the PIN from ask, env:NAME or file:PATH, with KEY= before it for one key; repeatable',
        collectPinSource,
        [],
      )
      .option(
        '--pin-retries-floor <count>',
        'Try no PIN while a key has this number of retries left, or fewer',
        parseRetries,
        defaultPinRetriesFloor,
      ),
    '--spare',
    '--skip-destructive',
  );

function collectPinSource(value: string, previous: readonly PinSource[]): PinSource[] {
  try {
    return [...previous, parsePinSource(value)];
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
}

/** A key has at most 8 retries, CTAP 2.1 section 6.5.2.2. */
function parseRetries(text: string): number {
  if (!/^[0-7]$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 0 to 7.');
  return Number(text);
}
