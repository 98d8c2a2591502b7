import { describe, expect, test } from 'vitest';
import { creationOptions, requestOptions } from './dictionaries.ts';
import {
  boolean,
  bytes,
  dictionary,
  domString,
  fromBuffers,
  fromJson,
  type IdlType,
  long,
  optional,
  record,
  required,
  sequence,
  unsignedLong,
} from './web-idl.ts';

const convert = (type: IdlType, value: unknown) => fromBuffers(type, value, 'value');

describe('fromBuffers', () => {
  test.each<[string, IdlType, unknown, unknown]>([
    ['a number to a string', domString, 5, '5'],
    ['null to a string', domString, null, 'null'],
    ['an object to true', boolean, {}, true],
    ['a negative number modulo 2^32', unsignedLong, -1, 4_294_967_295],
    ['a large number modulo 2^32', long, 2 ** 32 - 7, -7],
    ['NaN to 0', unsignedLong, Number.NaN, 0],
    ['an ArrayBuffer', bytes, new Uint8Array([1, 2, 3]).buffer, 'AQID'],
    ['a view on a part of a buffer', bytes, new Uint8Array([0, 1, 2, 3]).subarray(1), 'AQID'],
    ['a view of wider elements', bytes, new Uint16Array([0x0201]), 'AQI'],
    ['any iterable', sequence(domString), new Set(['a', 'b']), ['a', 'b']],
    ['a record', record(bytes), { key: new Uint8Array(1) }, { key: 'AA' }],
  ])('converts %s', (_, type, value, expected) => {
    expect(convert(type, value)).toEqual(expected);
  });

  test.each<[string, IdlType, unknown]>([
    ['a symbol as a string', domString, Symbol('s')],
    ['a bigint as a number', long, 1n],
    ['text as bytes', bytes, 'AQID'],
    ['a plain object as bytes', bytes, { byteLength: 1 }],
    ['a number as a sequence', sequence(domString), 5],
    ['text as a sequence', sequence(domString), 'usb'],
    ['text as a dictionary', dictionary({}), 'text'],
    ['null for a required member', dictionary({ name: required(domString) }), null],
  ])('refuses %s', (_, type, value) => {
    expect(() => convert(type, value)).toThrow(TypeError);
  });

  test('names the member that it cannot convert', () => {
    const options = { challenge: new Uint8Array(1), allowCredentials: [{ type: 'public-key', id: 'text' }] };
    expect(() => fromBuffers(requestOptions, options, 'publicKey')).toThrow('publicKey.allowCredentials[0].id');
  });

  test('drops unknown members, and adds defaults that the caller may change', () => {
    const type = dictionary({ list: optional(sequence(domString), []) });
    const first = convert(type, { unknown: 1 }) as { list: string[] };
    first.list.push('changed');
    expect(convert(type, undefined)).toEqual({ list: [] });
  });

  test('reads members in the order of Web IDL: inherited ones first, then by name', () => {
    const read: string[] = [];
    const record = (target: object, prefix = ''): object =>
      new Proxy(target, {
        get(value, key) {
          read.push(`${prefix}${String(key)}`);
          return Reflect.get(value, key);
        },
      });
    const rp = record({ name: 'RP' }, 'rp.');
    const user = record({ id: new Uint8Array(1), name: 'ada', displayName: 'Ada' }, 'user.');
    convert(creationOptions, record({ rp, user, challenge: new Uint8Array(1), pubKeyCredParams: [] }));
    expect(read).toEqual([
      ...['attestation', 'attestationFormats', 'authenticatorSelection', 'challenge', 'excludeCredentials'],
      ...['extensions', 'hints', 'pubKeyCredParams', 'rp', 'rp.name', 'rp.id', 'timeout', 'user'],
      ...['user.name', 'user.displayName', 'user.id'],
    ]);
  });
});

describe('fromJson', () => {
  test('decodes base64url', () => {
    expect(fromJson(bytes, 'AQID', 'value')).toEqual(new Uint8Array([1, 2, 3]).buffer);
  });

  test.each(['AQI=', 'A', '+/', 'a b'])('refuses %s with an EncodingError', (text) => {
    expect(() => fromJson(bytes, text, 'value')).toThrow(expect.objectContaining({ name: 'EncodingError' }));
  });
});
