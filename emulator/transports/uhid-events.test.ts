/** Encoding of uhid events, compared with the structures of Linux `include/uapi/linux/uhid.h`. */
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '#base/bytes.ts';
import { personas } from '../personas/registry.ts';
import {
  encodeGetReportError,
  encodeSetReportReply,
  encodeUhidCreate,
  encodeUhidDestroy,
  encodeUhidInput,
  parseUhidEvent,
  uhidEventLength,
} from './uhid-events.ts';
import { usbDeviceOf } from './usb-identity.ts';

const event = (...parts: Uint8Array[]) => {
  const bytes = new Uint8Array(uhidEventLength);
  bytes.set(concat(...parts));
  return bytes;
};

describe('events to the kernel', () => {
  it('CREATE2 has name, ids and report descriptor at the offsets of struct uhid_create2_req', () => {
    const bytes = encodeUhidCreate({ ...usbDeviceOf(personas['yubikey-5-nfc']), serial: 'one' });
    expect(bytes).toHaveLength(4376);
    expect(toHex(bytes.subarray(0, 4))).toBe('0b000000');
    const text = (at: number, length: number) => Buffer.from(bytes.subarray(at, at + length)).toString();
    expect(text(4, 128).replaceAll('\0', '')).toBe('Yubico YubiKey FIDO');
    expect(text(132, 11)).toBe('touchstone\0');
    expect(text(196, 4)).toBe('one\0');
    expect(toHex(bytes.subarray(260, 280)), 'length, bus, vendor, product, version, country').toBe(
      '2200' + '0300' + '50100000' + '02040000' + '43050000' + '00000000',
    );
    expect(toHex(bytes.subarray(280, 314))).toBe(
      '06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0',
    );
  });

  it('a name that is too long is cut at a character boundary and terminated', () => {
    const bytes = encodeUhidCreate({ ...usbDeviceOf(personas.solo), product: '\u00e9'.repeat(100) });
    const end = bytes.indexOf(0, 4);
    expect(end).toBeLessThan(132);
    expect(Buffer.from(bytes.subarray(4, end)).toString()).toMatch(/^SoloKeys \u00e9+$/);
  });

  it('INPUT2 has the length of the report, then the report', () => {
    expect(toHex(encodeUhidInput(fromHex('010203')))).toBe('0c000000' + '0300' + '010203');
  });

  it.each([
    [encodeUhidDestroy(), '010000000000000000000000'],
    [encodeGetReportError(0x01020304), '0a000000' + '04030201' + '0500' + '0000'],
    [encodeSetReportReply(7, true), '0e000000' + '07000000' + '0000' + '0000'],
    [encodeSetReportReply(7, false), '0e000000' + '07000000' + '0500' + '0000'],
  ])('a short event is encoded as type, id and error (%#)', (bytes, hex) => {
    expect(toHex(bytes)).toBe(hex);
  });
});

describe('events from the kernel', () => {
  it.each([
    ['02000000', { type: 'START' }],
    ['03000000', { type: 'STOP' }],
    ['04000000', { type: 'OPEN' }],
    ['05000000', { type: 'CLOSE' }],
    ['09000000' + '04030201' + '0000', { type: 'GET_REPORT', id: 0x01020304 }],
    ['0d000000' + '09000000' + '00' + '01' + '0200' + 'aabb', { type: 'SET_REPORT', id: 9, data: fromHex('aabb') }],
    ['0d000000' + '09000000' + '00' + '00' + '0200' + 'aabb', { type: 'SET_REPORT', id: 9, data: undefined }],
    ['2a000000', { type: 'unknown', code: 42 }],
    ['', { type: 'unknown', code: 0 }],
  ])('%s is parsed, short or padded', (hex, expected) => {
    expect(parseUhidEvent(fromHex(hex)), 'short').toEqual(expected);
    expect(parseUhidEvent(event(fromHex(hex))), 'padded').toEqual(expected);
  });

  it('OUTPUT has its length after 4096 bytes of data', () => {
    const bytes = event(fromHex('06000000'), utf8('hello'));
    bytes.set([5, 0, 1], 4100);
    expect(parseUhidEvent(bytes)).toEqual({ type: 'OUTPUT', data: utf8('hello') });
  });

  it('a length larger than the data is limited', () => {
    const output = event(fromHex('06000000'));
    output.set([0xff, 0xff], 4100);
    expect(parseUhidEvent(output)).toHaveProperty('data.length', 4096);
    const set = event(fromHex('0d000000' + '00000000' + '0001' + 'ffff'));
    expect(parseUhidEvent(set)).toHaveProperty('data.length', 4096);
  });
});
