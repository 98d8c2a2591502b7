/** u2f: U2F_REGISTER and U2F_VERSION, FIDO U2F Raw Message Formats 1.2 sections 3, 4 and 6. */
import { concat, fromHex, toHex } from '#base/bytes.ts';
import { verifySignature } from '#protocol/crypto.ts';
import { findEcPointProblem } from '#protocol/keys/curve-point.ts';
import { check, checkEqual } from '../checks.ts';
import { hasU2f, optionIsNotTrue } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import {
  applicationOf,
  checkStatusWord,
  encodeU2f,
  keyOfCertificate,
  registerU2f,
  sendApdu,
  sendU2f,
} from '../u2f-host.ts';

export const u2f = {
  group: 'u2f',
  document: 'U2F 1.2',
  preconditions: [hasU2f, optionIsNotTrue('alwaysUv')],
} as const;

const version: RequirementInput[] = [
  {
    id: 'version.value',
    title: 'U2F_VERSION returns U2F_V2',
    section: '6.2',
    provenBy: ['u2f.version-other'],
    async run(context) {
      const answer = await sendU2f(context, { ins: 'U2F_VERSION' });
      checkStatusWord(answer, 'SW_NO_ERROR');
      checkEqual(new TextDecoder().decode(answer.data), 'U2F_V2', 'the version');
    },
  },
  {
    id: 'version.with-data',
    title: 'U2F_VERSION with data is refused with SW_WRONG_LENGTH',
    section: '3.3',
    level: 'SHOULD',
    provenBy: ['u2f.lengths-unchecked', 'u2f.length-as-unknown'],
    async run(context) {
      checkStatusWord(await sendU2f(context, { ins: 'U2F_VERSION', data: new Uint8Array(4) }), 'SW_WRONG_LENGTH');
    },
  },
];

const commands: RequirementInput[] = [
  {
    id: 'command.class',
    title: 'A command with a class other than 0 is refused with SW_CLA_NOT_SUPPORTED',
    section: '3.1.1',
    provenBy: ['u2f.class-unchecked', 'u2f.class-as-unknown'],
    variants: [{ name: '01' }, { name: '55' }],
    async run(context) {
      const cla = Number.parseInt(context.variant ?? '', 16);
      checkStatusWord(await sendU2f(context, { cla, ins: 'U2F_VERSION' }), 'SW_CLA_NOT_SUPPORTED');
    },
  },
  {
    id: 'command.instruction',
    title: 'An instruction that is not defined is refused with SW_INS_NOT_SUPPORTED',
    section: '3.3',
    provenBy: ['u2f.instruction-unchecked', 'u2f.instruction-as-unknown'],
    variants: [{ name: '00' }, { name: '04' }, { name: '7f' }],
    async run(context) {
      checkStatusWord(
        await sendU2f(context, { ins: Number.parseInt(context.variant ?? '', 16) }),
        'SW_INS_NOT_SUPPORTED',
      );
    },
  },
  {
    id: 'command.truncated',
    title: 'A command whose bytes are fewer than Lc announces is refused with SW_WRONG_LENGTH',
    section: '3.3',
    provenBy: ['u2f.length-as-unknown'],
    variants: [{ name: 'header' }, { name: 'data' }],
    async run(context) {
      const apdu = encodeU2f({ ins: 'U2F_REGISTER', data: new Uint8Array(64) });
      checkStatusWord(await sendApdu(context, apdu.slice(0, context.variant === 'header' ? 3 : 40)), 'SW_WRONG_LENGTH');
    },
  },
  {
    id: 'command.short',
    title: 'A command with short lengths is executed',
    section: '3.1.1',
    provenBy: ['u2f.short-refused'],
    async run(context) {
      const data = concat(context.random.bytes(32), applicationOf(context));
      checkStatusWord(await sendU2f(context, { ins: 'U2F_REGISTER', data, isShort: true }), 'SW_NO_ERROR');
    },
  },
];

const registrations: RequirementInput[] = [
  {
    id: 'register.form',
    title: 'A registration response begins with the byte 5, and has a key handle, a DER certificate and a signature',
    section: '4.3',
    provenBy: ['u2f.reserved-byte', 'u2f.certificate-broken', 'u2f.compressed-key'],
    run: async (context) => void (await registerU2f(context)),
  },
  {
    id: 'register.key-handle',
    title: 'The key handle of a registration is not empty',
    section: '4.3',
    provenBy: ['u2f.key-handle-empty'],
    async run(context) {
      const { keyHandle } = await registerU2f(context);
      check(keyHandle.length > 0, 'Expected a key handle, got none');
    },
  },
  {
    id: 'register.public-key',
    title: 'The public key of a registration is a point of P-256',
    section: '4.3',
    provenBy: ['u2f.key-off-curve'],
    async run(context) {
      const { x, y } = await registerU2f(context);
      const problem = findEcPointProblem('ES256', concat(fromHex('04'), x, y));
      check(problem === undefined, `The public key is not a point of P-256: ${problem}`);
    },
  },
  {
    id: 'register.unique',
    title: 'Two registrations have different key handles and public keys, although the power was off between them',
    section: '4.3',
    provenBy: ['u2f.key-shared'],
    async run(context) {
      const found: string[] = [];
      for (let count = 0; count < 2; count++) {
        if (count === 1) await context.powerCycle();
        const { keyHandle, x } = await registerU2f(context);
        found.push(toHex(keyHandle), toHex(x));
      }
      check(new Set(found).size === found.length, `Expected different values, got ${found.join(', ')}`);
    },
  },
  {
    id: 'register.signature',
    title: 'The attestation signature is over the application, the challenge, the key handle and the public key',
    section: '4.3',
    provenBy: ['signature.bit-flipped', 'signature.zero', 'signature.other-challenge'],
    async run(context) {
      const { application, challenge, keyHandle, x, y, certificate, signature } = await registerU2f(context);
      const signed = concat(fromHex('00'), application, challenge, keyHandle, fromHex('04'), x, y);
      check(
        verifySignature(keyOfCertificate(certificate), signed, signature),
        `The attestation signature ${toHex(signature)} is not valid for the key of the certificate`,
      );
    },
  },
  {
    id: 'register.touch',
    title: 'A registration without a touch ends with SW_CONDITIONS_NOT_SATISFIED',
    section: '4.1',
    provenBy: ['u2f.register-without-touch', 'u2f.conditions-as-wrong-data'],
    async run(context) {
      context.setUser('absent');
      const data = concat(context.random.bytes(32), applicationOf(context));
      checkStatusWord(await sendU2f(context, { ins: 'U2F_REGISTER', data }), 'SW_CONDITIONS_NOT_SATISFIED');
    },
  },
  {
    id: 'register.length',
    title: 'A registration whose data does not have 64 bytes is refused with SW_WRONG_LENGTH',
    section: '3.3',
    provenBy: ['u2f.lengths-unchecked', 'u2f.length-as-unknown'],
    variants: [{ name: '0' }, { name: '63' }, { name: '65' }],
    async run(context) {
      const data = new Uint8Array(Number(context.variant)).fill(1);
      checkStatusWord(await sendU2f(context, { ins: 'U2F_REGISTER', data }), 'SW_WRONG_LENGTH');
    },
  },
];

export const u2fRegistration = defineGroup(u2f, [...version, ...commands, ...registrations]);
