/** The attestation object: WebAuthn L3 sections 6.5.4 and 7.1 step 13, and the canonical CBOR of CTAP 2.1 section 8. */
import { concat, utf8 } from '#base/bytes.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { appendBytes, deleteMember, dropLastBytes, editBytes, setMember } from '#protocol/edits.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { mayAccept, type Rows, refuse, registrationCases } from './define.ts';

const cbor = 'attestation-object.cbor';
const members = 'attestation-object.members';
const bytes = (change: (all: Uint8Array) => Uint8Array): RegistrationChange => ({ attestationObjectBytes: change });
const object = (change: (all: CborMap) => CborValue): RegistrationChange => ({ attestationObject: change });
const entry = (name: string, value: CborValue): Uint8Array => concat(encode(name), encode(value));
/** Encodes a map with these entries, in this order. */
const rawMap = (...entries: Uint8Array[]): Uint8Array => concat(Uint8Array.of(0xa0 | entries.length), ...entries);
const entriesOf = (all: CborMap): Uint8Array[] =>
  ['fmt', 'attStmt', 'authData'].map((name) => entry(name, all.get(name) ?? null));
const raw = (change: (entries: readonly Uint8Array[]) => Uint8Array): RegistrationChange => {
  let entries: Uint8Array[] = [];
  return {
    attestationObject(all) {
      entries = entriesOf(all);
      return all;
    },
    attestationObjectBytes: () => change(entries),
  };
};

const isCanonical =
  'Authenticators and clients use the canonical form of CTAP2, but step 13 asks a relying party only to decode the object';
const hasMembers = 'Step 13 asks for three members, and does not exclude others';

const encodingRows: Rows<RegistrationChange> = {
  'cut-off': refuse(cbor, 'The last byte is missing', bytes(dropLastBytes(1))),
  half: refuse(
    cbor,
    'The second half is missing',
    bytes((all) => all.subarray(0, all.length / 2)),
  ),
  'trailing-zero': refuse(cbor, 'A zero byte follows', bytes(appendBytes(0))),
  'trailing-item': refuse(cbor, 'A second CBOR item follows', bytes(appendBytes(0xa0))),
  twice: refuse(
    cbor,
    'The object occurs twice',
    bytes((all) => concat(all, all)),
  ),
  tagged: mayAccept(
    isCanonical,
    refuse(
      cbor,
      'The object has the tag of self-described CBOR',
      bytes((all) => concat(Uint8Array.of(0xd9, 0xd9, 0xf7), all)),
    ),
  ),
  indefinite: mayAccept(
    isCanonical,
    refuse(
      cbor,
      'The map has indefinite length',
      raw((entries) => concat(Uint8Array.of(0xbf), ...entries, Uint8Array.of(0xff))),
    ),
  ),
  'long-head': mayAccept(
    isCanonical,
    refuse(
      cbor,
      'The number of members is not in its shortest form',
      bytes((all) => concat(Uint8Array.of(0xb8, 3), all.subarray(1))),
    ),
  ),
  'longest-head': mayAccept(
    isCanonical,
    refuse(
      cbor,
      'The number of members has eight bytes',
      bytes((all) => concat(Uint8Array.of(0xbb, 0, 0, 0, 0, 0, 0, 0, 3), all.subarray(1))),
    ),
  ),
  order: mayAccept(
    isCanonical,
    refuse(
      cbor,
      'The members are in reverse order',
      raw((entries) => rawMap(...entries.toReversed())),
    ),
  ),
  'order-of-bytes': mayAccept(
    isCanonical,
    refuse(
      cbor,
      'The members are in the order of their letters instead of their length',
      raw((entries) => rawMap(...[1, 2, 0].map((index) => entries[index] ?? new Uint8Array()))),
    ),
  ),
  'duplicate.fmt': refuse(
    cbor,
    'fmt occurs twice',
    raw((entries) => rawMap(entry('fmt', 'none'), ...entries)),
  ),
  'duplicate.attstmt': refuse(
    cbor,
    'attStmt occurs twice',
    raw(([fmt, stmt, data]) =>
      rawMap(fmt ?? new Uint8Array(), entry('attStmt', new Map()), stmt ?? new Uint8Array(), data ?? new Uint8Array()),
    ),
  ),
  'duplicate.authdata': refuse(
    cbor,
    'authData occurs twice',
    raw(([fmt, stmt, data]) =>
      rawMap(fmt ?? new Uint8Array(), stmt ?? new Uint8Array(), data ?? new Uint8Array(), data ?? new Uint8Array()),
    ),
  ),
  'text-of-chunks': mayAccept(
    isCanonical,
    refuse(
      cbor,
      'fmt has indefinite length',
      raw(([, stmt, data]) =>
        rawMap(
          concat(encode('fmt'), Uint8Array.of(0x7f), encode('no'), encode('ne'), Uint8Array.of(0xff)),
          stmt ?? new Uint8Array(),
          data ?? new Uint8Array(),
        ),
      ),
    ),
  ),
  'bytes-of-chunks': mayAccept(
    isCanonical,
    refuse(
      cbor,
      'authData has indefinite length',
      raw(([fmt, stmt, data]) =>
        rawMap(
          fmt ?? new Uint8Array(),
          stmt ?? new Uint8Array(),
          concat(encode('authData'), Uint8Array.of(0x5f), (data ?? new Uint8Array()).subarray(9), Uint8Array.of(0xff)),
        ),
      ),
    ),
  ),
  'key-long-head': mayAccept(
    isCanonical,
    refuse(
      cbor,
      'The length of the text fmt is not in its shortest form',
      bytes((all) => concat(all.subarray(0, 1), Uint8Array.of(0x78, 3), all.subarray(2))),
    ),
  ),
  'count-more': refuse(
    cbor,
    'The map claims one member more',
    bytes((all) => concat(Uint8Array.of(0xa4), all.subarray(1))),
  ),
  'count-less': refuse(
    cbor,
    'The map claims one member less',
    bytes((all) => concat(Uint8Array.of(0xa2), all.subarray(1))),
  ),
  'length-bomb.bytes': refuse(
    cbor,
    'authData claims 2^32 - 1 bytes',
    raw(([fmt, stmt]) =>
      rawMap(
        fmt ?? new Uint8Array(),
        stmt ?? new Uint8Array(),
        concat(encode('authData'), Uint8Array.of(0x5a, 0xff, 0xff, 0xff, 0xff)),
      ),
    ),
  ),
  'length-bomb.map': refuse(
    cbor,
    'The map claims 2^32 - 1 members',
    bytes((all) => concat(Uint8Array.of(0xba, 0xff, 0xff, 0xff, 0xff), all.subarray(1))),
  ),
  'length-bomb.list': refuse(
    cbor,
    'attStmt is a list that claims 2^32 - 1 items',
    raw(([fmt]) =>
      rawMap(
        fmt ?? new Uint8Array(),
        concat(encode('attStmt'), Uint8Array.of(0x9a, 0xff, 0xff, 0xff, 0xff)),
        entry('authData', 1),
      ),
    ),
  ),
  depth: refuse(
    cbor,
    'attStmt is nested 1,000 levels deep',
    raw(([fmt, , data]) =>
      rawMap(
        fmt ?? new Uint8Array(),
        concat(encode('attStmt'), new Uint8Array(1000).fill(0x81), Uint8Array.of(0)),
        data ?? new Uint8Array(),
      ),
    ),
  ),
  'utf-8': refuse(
    cbor,
    'fmt contains a byte that is not UTF-8',
    raw(([, stmt, data]) =>
      rawMap(
        concat(encode('fmt'), Uint8Array.of(0x62, 0xc3, 0x28)),
        stmt ?? new Uint8Array(),
        data ?? new Uint8Array(),
      ),
    ),
  ),
  'reserved-head': refuse(
    cbor,
    'The first byte is a reserved head',
    bytes((all) => concat(Uint8Array.of(0xbc), all.subarray(1))),
  ),
  break: refuse(
    cbor,
    'The object is a break without a start',
    bytes(() => Uint8Array.of(0xff)),
  ),
  json: refuse(
    cbor,
    'The object is JSON',
    bytes(() => utf8('{"fmt":"none","attStmt":{},"authData":""}')),
  ),
};

const memberRows: Rows<RegistrationChange> = {
  'top.list': refuse(
    members,
    'The object is a list',
    object((all) => [...all.values()]),
  ),
  'top.bytes': refuse(
    members,
    'The object is a byte string that contains the map',
    object((all) => encode(all)),
  ),
  'top.number': refuse(
    members,
    'The object is a number',
    object(() => 0),
  ),
  'top.null': refuse(
    members,
    'The object is null',
    object(() => null),
  ),
  'top.empty': refuse(
    members,
    'The object has no members',
    object(() => new Map()),
  ),
  'fmt.missing': refuse(members, 'fmt is missing', object(deleteMember('fmt'))),
  'fmt.bytes': refuse(members, 'fmt is a byte string', object(setMember('fmt', utf8('none')))),
  'fmt.number': refuse(members, 'fmt is a number', object(setMember('fmt', 0))),
  'fmt.null': refuse(members, 'fmt is null', object(setMember('fmt', null))),
  'fmt.list': refuse(members, 'fmt is a list', object(setMember('fmt', ['none']))),
  'fmt.empty': refuse(members, 'fmt is empty', object(setMember('fmt', ''))),
  'fmt.unknown': refuse('statement.format', 'fmt is unknown', object(setMember('fmt', 'example-format'))),
  'fmt.case': refuse('statement.format', 'fmt is in upper case', object(setMember('fmt', 'NONE'))),
  'fmt.space': refuse('statement.format', 'A space follows fmt', object(setMember('fmt', 'none '))),
  'fmt.zero-byte': refuse('statement.format', 'A zero byte follows fmt', object(setMember('fmt', 'none\0'))),
  'fmt.prototype': refuse(
    'statement.format',
    'fmt is the name of a property that every JavaScript object has',
    object(setMember('fmt', 'constructor')),
  ),
  'attstmt.missing': refuse(members, 'attStmt is missing', object(deleteMember('attStmt'))),
  'attstmt.list': refuse(members, 'attStmt is a list', object(setMember('attStmt', []))),
  'attstmt.bytes': refuse(members, 'attStmt is a byte string', object(setMember('attStmt', new Uint8Array()))),
  'attstmt.null': refuse(members, 'attStmt is null', object(setMember('attStmt', null))),
  'authdata.missing': refuse(members, 'authData is missing', object(deleteMember('authData'))),
  'authdata.text': refuse(members, 'authData is text', object(setMember('authData', 'authData'))),
  'authdata.list': refuse(members, 'authData is a list', object(setMember('authData', []))),
  'authdata.null': refuse(members, 'authData is null', object(setMember('authData', null))),
  'authdata.empty': refuse(
    'auth-data.structure',
    'authData is empty',
    object(editBytes('authData', () => new Uint8Array())),
  ),
  'member.text': mayAccept(hasMembers, refuse(members, 'There is a member more', object(setMember('extra', true)))),
  'member.number': mayAccept(
    hasMembers,
    refuse(members, 'There is a member more whose name is a number', object(setMember(4, true))),
  ),
  'member.ep-att': mayAccept(
    hasMembers,
    refuse(members, 'epAtt of CTAP is a member', object(setMember('epAtt', false))),
  ),
  'ctap-keys': refuse(
    members,
    'The members have the numbers of CTAP instead of their names',
    object((all) => new Map([...all.values()].map((value, index) => [index + 1, value]))),
  ),
};

export const attestationObjectCases = registrationCases('attestation-object', {}, { ...encodingRows, ...memberRows });
