import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#base/bytes.ts';
import * as der from './der.ts';

describe('The DER encoder', () => {
  it.each<[string, Uint8Array, string]>([
    ['integer 0', der.integer(0), '020100'],
    ['integer 127', der.integer(127), '02017f'],
    ['integer 128 with a leading zero byte', der.integer(128), '02020080'],
    ['integer 65536', der.integer(65536), '0203010000'],
    ['integer from bytes without leading zeros', der.integer(fromHex('000001')), '020101'],
    ['integer from bytes with the top bit', der.integer(fromHex('ff')), '020200ff'],
    ['object identifier', der.objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    [
      'object identifier with a large arc',
      der.objectIdentifier('1.3.6.1.4.1.45724.1.1.4'),
      '060b2b0601040182e51c010104',
    ],
    ['object identifier under arc 2', der.objectIdentifier('2.999.3'), '0603883703'],
    ['boolean', der.boolean(true), '0101ff'],
    ['bit string', der.bitString(fromHex('06'), 1), '03020106'],
    ['octet string', der.octetString(fromHex('0102')), '04020102'],
    ['UTF8String', der.utf8String('ü'), '0c02c3bc'],
    ['PrintableString', der.printableString('CH'), '13024348'],
    ['UTCTime', der.time(new Date('2049-12-31T23:59:59Z')), '170d3439313233313233353935395a'],
    ['GeneralizedTime', der.time(new Date('2050-01-01T00:00:00Z')), '180f32303530303130313030303030305a'],
    ['SET OF in ascending order', der.setOf(der.integer(2), der.integer(1)), '3106020101020102'],
    ['explicitly tagged element', der.contextSpecific(0, der.integer(2)), 'a003020102'],
    ['implicitly tagged element', der.contextSpecific(0, fromHex('aa'), false), '8001aa'],
  ])('encodes %s', (_title, bytes, hex) => {
    expect(toHex(bytes)).toBe(hex);
  });

  it.each([
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65536, '0483010000'],
  ])('encodes the length of %i bytes', (length, head) => {
    expect(toHex(der.octetString(new Uint8Array(length))).slice(0, head.length)).toBe(head);
  });

  it('rejects values that have no encoding', () => {
    expect(() => der.integer(-1)).toThrow(RangeError);
    expect(() => der.integer(1.5)).toThrow(RangeError);
    expect(() => der.objectIdentifier('banana')).toThrow(RangeError);
  });
});

it('encodes tag numbers from 31 on in additional octets, X.690 section 8.1.2.4', () => {
  const content = new Uint8Array(0);
  expect(toHex(der.contextSpecific(30, content))).toBe('be00');
  expect(toHex(der.contextSpecific(31, content))).toBe('bf1f00');
  expect(toHex(der.contextSpecific(702, content))).toBe('bf853e00');
  expect(toHex(der.enumerated(1))).toBe('0a0101');
});
