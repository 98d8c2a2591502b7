import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, toHex, uint } from '#base/bytes.ts';
import { parseCommand } from './apdu.ts';
import { ProtocolViolation } from './errors.ts';
import { encodeU2fAuthenticate, encodeU2fRegister, parseU2fAuthentication, parseU2fRegistration } from './u2f.ts';

const challenge = new Uint8Array(32).fill(1);
const application = new Uint8Array(32).fill(2);
const filled = (length: number, value: number) => new Uint8Array(length).fill(value);

describe('U2F commands', () => {
  test('U2F_REGISTER has extended lengths, challenge and application', () => {
    const apdu = encodeU2fRegister(challenge, application);
    expect(toHex(apdu)).toBe(`00010000000040${'01'.repeat(32)}${'02'.repeat(32)}0000`);
    expect(parseCommand(apdu)).toMatchObject({ ins: 1, p1: 0, ne: 0x1_0000, extended: true });
  });

  test.each([
    ['checkOnly', 7],
    ['enforceUserPresence', 3],
    ['dontEnforceUserPresence', 8],
  ] as const)('U2F_AUTHENTICATE with %s has P1 %i and the key handle with its length', (control, p1) => {
    const keyHandle = filled(64, 3);
    const { data, ...header } = parseCommand(encodeU2fAuthenticate({ control, challenge, application, keyHandle }));
    expect(header).toMatchObject({ cla: 0, ins: 2, p1, p2: 0 });
    expect(data).toEqual(concat(challenge, application, uint(64, 1), keyHandle));
  });

  test('U2F_AUTHENTICATE cannot carry a key handle of 256 bytes', () => {
    const request = { control: 'checkOnly', challenge, application, keyHandle: filled(256, 0) } as const;
    expect(() => encodeU2fAuthenticate(request)).toThrow(RangeError);
  });
});

/** A registration response with a certificate of this DER encoding. */
const registration = (certificate: Uint8Array, signature = filled(70, 9)) =>
  concat(new Uint8Array([5, 4]), filled(32, 6), filled(32, 7), uint(3, 1), filled(3, 8), certificate, signature);
const shortCertificate = concat(new Uint8Array([0x30, 4]), filled(4, 1));

describe('parseU2fRegistration()', () => {
  test.each([
    ['a short length', shortCertificate],
    ['a length of one byte', concat(new Uint8Array([0x30, 0x81, 200]), filled(200, 1))],
    ['a length of two bytes', concat(new Uint8Array([0x30, 0x82, 2, 1]), filled(513, 1))],
  ])('separates key, key handle, certificate with %s, and signature', (_case, certificate) => {
    expect(parseU2fRegistration(registration(certificate))).toEqual({
      x: filled(32, 6),
      y: filled(32, 7),
      keyHandle: filled(3, 8),
      certificate,
      signature: filled(70, 9),
    });
  });

  const malformed: [string, Uint8Array, string][] = [
    ['no bytes', new Uint8Array(0), 'u2f.length'],
    ['66 bytes', filled(66, 5), 'u2f.length'],
    ['another reserved byte', registration(shortCertificate).with(0, 4), 'u2f.reserved'],
    ['a compressed point', registration(shortCertificate).with(1, 2), 'u2f.public-key'],
    ['a certificate that is no sequence', registration(shortCertificate.with(0, 0x31)), 'u2f.certificate'],
    ['a certificate of indefinite length', registration(shortCertificate.with(1, 0x80)), 'u2f.certificate'],
    ['a certificate longer than the response', registration(new Uint8Array([0x30, 0x82, 255, 255])), 'u2f.length'],
    ['no signature', registration(shortCertificate, new Uint8Array(0)), 'u2f.length'],
    ['a key handle longer than the response', registration(shortCertificate).with(66, 255), 'u2f.certificate'],
  ];
  test.each(malformed)('refuses %s', (_case, data, rule) => {
    expect(() => parseU2fRegistration(data)).toThrow(expect.objectContaining({ rule }));
  });

  test('returns or refuses any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          parseU2fRegistration(concat(new Uint8Array([5, 4]), bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolViolation);
        }
      }),
    );
  });
});

describe('parseU2fAuthentication()', () => {
  test('separates user presence, counter and signature', () => {
    expect(parseU2fAuthentication(concat(new Uint8Array([1]), uint(0x01020304, 4), filled(70, 9)))).toEqual({
      userPresence: 1,
      counter: 0x01020304,
      signature: filled(70, 9),
    });
  });

  test.each([0, 4, 5])('refuses %i bytes', (length) => {
    expect(() => parseU2fAuthentication(filled(length, 1))).toThrow(expect.objectContaining({ rule: 'u2f.length' }));
  });
});
