/** ext: unknown extensions, credProtect, minPinLength and the extensions of CTAP 2.3. */
import { toHex } from '#base/bytes.ts';
import { authenticatorConfigSubCommands as sub } from '#protocol/management.ts';
import { check, checkEqual, checkRefused, checkStatus, checkSuccess } from '../checks.ts';
import { setUp } from '../failures.ts';
import { authenticatorConfig, sendManagement } from '../management.ts';
import { from21, hasClientPin, hasExtension, optionIsTrue, registersWithoutPin } from '../preconditions.ts';
import { register, sendRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { buildSalts, ext, map, outputsOf, registerWith, salt, signInWith, usable, wrongType } from './ext-support.ts';

const general: RequirementInput[] = [
  {
    id: 'unknown.ignored',
    title: 'Unknown extensions are ignored',
    section: '12',
    provenBy: ['extension.unknown-refused'],
    run: async (context) => void (await registerWith(context, map(['example.extension', true]), false)),
  },
  {
    id: 'unknown.no-output',
    title: 'An unknown extension has no output',
    section: '12',
    provenBy: ['extension.unsolicited'],
    async run(context) {
      check(
        !(await registerWith(context, map(['example.extension', true]), false)).has('example.extension'),
        'Expected no output of example.extension',
      );
    },
  },
  {
    id: 'none.no-output',
    title: 'A registration without extensions has no extension outputs',
    document: 'WebAuthn L3',
    section: '9.5',
    provenBy: ['extension.unsolicited'],
    async run(context) {
      const outputs = outputsOf(checkSuccess(await sendRegistration(context)));
      // An authenticator whose default level is not 1 returns it unsolicited, CTAP 2.1 section 12.1.
      const unsolicited = [...outputs.keys()].filter((id) => id !== 'credProtect');
      check(unsolicited.length === 0, `Expected no outputs, got ${unsolicited.join(', ')}`);
    },
  },
];

const credProtect: RequirementInput[] = [
  ...[1, 2, 3].map(
    (level): RequirementInput => ({
      id: `cred-protect.output-${level}`,
      title: `credProtect ${level} is confirmed in the output`,
      section: '12.1',
      provenBy:
        level === 1
          ? ['extension.cred-protect-silent']
          : ['extension.cred-protect-silent', 'extension.cred-protect-lower'],
      preconditions: [hasExtension('credProtect')],
      async run(context) {
        checkEqual((await registerWith(context, map(['credProtect', level]))).get('credProtect'), level, 'credProtect');
      },
    }),
  ),
  {
    id: 'cred-protect.invalid',
    title: 'An undefined level of credProtect is refused',
    section: '12.1',
    provenBy: ['ignored-error.invalid-option'],
    preconditions: [hasExtension('credProtect')],
    variants: ['0', '4', '255'].map((name) => ({ name })),
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      const exchange = await sendRegistration(context, {
        rk: true,
        extensions: map(['credProtect', Number(context.variant)]),
      });
      checkRefused(context, exchange, 'CTAP2_ERR_INVALID_OPTION', 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  wrongType('credProtect', 'cred-protect', 'integer'),
];

const minPinLength: RequirementInput[] = [
  {
    id: 'min-pin-length.unauthorized',
    title: 'minPinLength is not returned to a relying party that is not on the list',
    section: '12.4',
    provenBy: ['extension.min-pin-length-told-to-all'],
    async run(context) {
      const outputs = await registerWith(context, map(['minPinLength', true]), false);
      check(
        !outputs.has('minPinLength'),
        `Expected no output, got ${toHex(new Uint8Array([Number(outputs.get('minPinLength'))]))}`,
      );
    },
  },
  {
    id: 'min-pin-length.authorized',
    title: 'minPinLength is returned to a relying party that setMinPINLength put on the list',
    section: '12.4',
    provenBy: ['extension.min-pin-length-missing', 'config.ignored'],
    preconditions: [optionIsTrue('authnrCfg'), optionIsTrue('setMinPINLength')],
    state: 'pin',
    destructive: true,
    async run(context) {
      const request = { subCommand: sub.setMinPINLength, params: map([0x02, [context.rpId]]) };
      await setUp('put the relying party on the list', async () =>
        checkSuccess(await sendManagement(context, authenticatorConfig, request)),
      );
      const outputs = await registerWith(context, map(['minPinLength', true]), false);
      checkEqual(outputs.get('minPinLength'), context.info.minPINLength, 'minPinLength');
    },
  },
  wrongType('minPinLength', 'min-pin-length', 'boolean'),
];

const newer: RequirementInput[] = [
  {
    id: 'hmac-secret-mc.alone',
    title: 'hmac-secret-mc without hmac-secret is refused with CTAP2_ERR_MISSING_PARAMETER',
    document: 'CTAP 2.3',
    section: '12',
    level: 'SHOULD',
    provenBy: ['ignored-error.missing-parameter', 'status.missing-as-cbor'],
    preconditions: [hasExtension('hmac-secret-mc'), hasClientPin],
    accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
    async run(context) {
      const { extensions } = await buildSalts(context, { plain: salt(1) });
      const input = map(['hmac-secret-mc', extensions.get('hmac-secret') ?? null]);
      checkStatus(await sendRegistration(context, { rk: true, extensions: input }), 'CTAP2_ERR_MISSING_PARAMETER');
    },
  },
  {
    id: 'third-party-payment.confirmed',
    title: 'thirdPartyPayment: true is confirmed at registration and at sign-in',
    document: 'CTAP 2.3',
    section: '12',
    level: 'SHOULD',
    provenBy: ['extension.all-ignored'],
    preconditions: [hasExtension('thirdPartyPayment')],
    async run(context) {
      const credential = await register(context, { rk: true, extensions: map(['thirdPartyPayment', true]) });
      checkEqual(credential.extensions.get('thirdPartyPayment'), true, 'the output of the registration');
      const outputs = outputsOf(await signInWith(context, credential, map(['thirdPartyPayment', true])));
      checkEqual(outputs.get('thirdPartyPayment'), true, 'the output of the assertion');
    },
  },
];

export const generalExtensions = [
  ...defineGroup({ ...ext, preconditions: [registersWithoutPin] }, general),
  ...defineGroup({ ...ext, preconditions: usable }, [...credProtect, ...newer]),
  ...defineGroup({ ...ext, preconditions: [...usable, hasExtension('minPinLength'), from21] }, minPinLength),
];
