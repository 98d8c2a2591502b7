/** What `touchstone run` is told about real keys on the command line. */
import { type Command, InvalidArgumentError } from 'commander';
import { type PinSource, parsePinSource } from '#real-keys/pin-provider.ts';
import type { KeyPermissions } from '#real-keys/resolve-devices.ts';
import { defaultPinRetriesFloor } from '#transport/guarded-device.ts';

export interface KeyOptions extends KeyPermissions {
  /** Devices that every case runs on; none: what each case says itself. */
  device: string[];
}

export const withKeyOptions = (command: Command): Command =>
  command
    .option(
      '--device <which>',
      'run every case on this key: any, an address, an AAGUID, an id or serial number as touchstone keys prints it; emulator: the persona; several times for several',
      collect,
      [],
    )
    .option('--destroy-credentials <id>', 'what is on this key may be lost: its owner says so', collect, [])
    .option('--with-credentials <id>', 'use this key although it keeps passkeys, or may keep some', collect, [])
    .option('--spare', 'leave out the cases that would cost a key something, instead of refusing the run', false)
    .option('--pin-from <source>', 'ask, env:NAME or file:PATH, with KEY= before it for one key', pinSource, [])
    .option(
      '--pin-retries-floor <count>',
      'try no PIN while a key has so many retries left, or fewer',
      floor,
      defaultPinRetriesFloor,
    );

const collect = (value: string, previous: string[]): string[] => [...previous, value];
const pinSource = (value: string, previous: PinSource[]): PinSource[] => [...previous, parsePinSource(value)];

/** A key has 8 retries at most. CTAP 2.1 section 6.5.2.2. */
function floor(text: string): number {
  if (!/^[0-7]$/.test(text)) throw new InvalidArgumentError('a number from 0 to 7 is wanted.');
  return Number(text);
}
