/** Mutates requests: members are deleted, added or get another type; bytes are overwritten, cut off or appended. */
import { concat } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import type { Prng } from './prng.ts';
import type { FuzzRequest } from './requests.ts';

const unexpectedValues: CborValue[] = [
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
const commandCodes = Object.values(commands).map(({ code }) => code);

function mutateMembers(parameters: CborMap, prng: Prng): CborMap {
  const mutated: CborMap = new Map(parameters);
  const key = prng.pick([...mutated.keys()]);
  if (key === undefined || prng.oneIn(6)) return mutated.set(prng.int(14), prng.pick(unexpectedValues));
  const value = mutated.get(key);
  if (value instanceof Map && prng.oneIn(2)) return mutated.set(key, mutateMembers(value, prng));
  if (prng.oneIn(2)) mutated.delete(key);
  else mutated.set(key, prng.pick(unexpectedValues));
  return mutated;
}

function mutateBytes(message: Uint8Array, prng: Prng): Uint8Array {
  const mutated = message.slice();
  for (let edits = prng.int(4); edits >= 0; edits--) mutated[prng.int(mutated.length)] = prng.int(256);
  if (prng.oneIn(5)) return mutated.slice(0, prng.int(mutated.length));
  return prng.oneIn(5) ? concat(mutated, new Uint8Array(prng.int(9))) : mutated;
}

/** Encodes a request. About half of the messages are mutated in their members, their bytes or both; one in 16 is random bytes. */
export function encodeMutated({ command, parameters }: FuzzRequest, prng: Prng): Uint8Array {
  if (prng.oneIn(16)) return concat(Uint8Array.of(prng.pick(commandCodes)), prng.bytes(prng.int(80)));
  const hasMutatedMembers = parameters !== undefined && prng.oneIn(3);
  const body = parameters && encode(hasMutatedMembers ? mutateMembers(parameters, prng) : parameters);
  const message = concat(Uint8Array.of(commands[command].code), body ?? new Uint8Array(0));
  return prng.oneIn(3) ? mutateBytes(message, prng) : message;
}
