/** How a request is spoilt: members gone, of another type or too many; bytes overwritten, cut off or added. */
import { concat } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import type { Dice } from './dice.ts';
import type { FuzzRequest } from './requests.ts';

const strangers: CborValue[] = [
  0,
  -1,
  2 ** 32,
  '',
  'text',
  new Uint8Array(0),
  new Uint8Array(33),
  true,
  null,
  [],
  new Map(),
  [[[[]]]],
];
const codes = Object.values(commands).map(({ code }) => code);

function spoilMembers(parameters: CborMap, dice: Dice): CborMap {
  const spoilt: CborMap = new Map(parameters);
  const key = dice.pick([...spoilt.keys()]);
  if (key === undefined || dice.once(6)) return spoilt.set(dice.roll(14), dice.pick(strangers));
  const value = spoilt.get(key);
  if (value instanceof Map && dice.once(2)) return spoilt.set(key, spoilMembers(value, dice));
  if (dice.once(2)) spoilt.delete(key);
  else spoilt.set(key, dice.pick(strangers));
  return spoilt;
}

function spoilBytes(message: Uint8Array, dice: Dice): Uint8Array {
  const spoilt = message.slice();
  for (let edits = dice.roll(4); edits >= 0; edits--) spoilt[dice.roll(spoilt.length)] = dice.roll(256);
  if (dice.once(5)) return spoilt.slice(0, dice.roll(spoilt.length));
  return dice.once(5) ? concat(spoilt, new Uint8Array(dice.roll(9))) : spoilt;
}

/** The request's bytes: a third of them as they are, the others spoilt in one way; some are nothing but noise. */
export function messageFrom({ command, parameters }: FuzzRequest, dice: Dice): Uint8Array {
  if (dice.once(16)) return concat(Uint8Array.of(dice.pick(codes)), dice.bytes(dice.roll(80)));
  const spoilsMembers = parameters !== undefined && dice.once(3);
  const body = parameters && encode(spoilsMembers ? spoilMembers(parameters, dice) : parameters);
  const message = concat(Uint8Array.of(commands[command].code), body ?? new Uint8Array(0));
  return dice.once(3) ? spoilBytes(message, dice) : message;
}
