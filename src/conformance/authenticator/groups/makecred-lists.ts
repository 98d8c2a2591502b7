/** makecred: algorithms and excluded credentials, CTAP 2.1 section 6.1.2 steps 3 and 12. */
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { check, checkEqual, checkRefused, checkStatus, checkSuccess, checkWaited, readBytes } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import {
  algorithmsOf,
  discoverabilityVariants,
  from21,
  hasExtension,
  optionIsNotTrue,
  preferredAlgorithmOf,
  registersUnverified,
  registersWithoutPin,
} from '../preconditions.ts';
import {
  buildRegistration,
  credentialParameters,
  descriptorOf,
  es256,
  mc,
  register,
  unknownDescriptors,
} from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { create, sendWithMember } from './makecred-support.ts';

const keyOf = (members: Map<CborKey, CborValue>) =>
  parseAuthenticatorData(readBytes(members, 0x02, 'authData')).credentialPublicKey;

const algorithms: RequirementInput[] = [
  {
    id: 'algorithm.unsupported',
    title: 'A registration without a supported algorithm is refused with CTAP2_ERR_UNSUPPORTED_ALGORITHM',
    section: '6.1.2 step 3',
    provenBy: ['ignored-error.unsupported-algorithm', 'status.algorithm-as-parameter'],
    accepted: ['CTAP2_ERR_UNSUPPORTED_ALGORITHM'],
    async run(context) {
      const exchange = await sendWithMember(context, [mc.pubKeyCredParams], [credentialParameters(-65_000)]);
      checkStatus(exchange, 'CTAP2_ERR_UNSUPPORTED_ALGORITHM');
    },
  },
  {
    id: 'algorithm.empty',
    title: 'A registration with an empty pubKeyCredParams is refused',
    section: '6.1.2 step 3',
    provenBy: ['ignored-error.unsupported-algorithm'],
    async run(context) {
      const exchange = await sendWithMember(context, [mc.pubKeyCredParams], []);
      checkRefused(context, exchange, 'CTAP2_ERR_UNSUPPORTED_ALGORITHM', 'CTAP2_ERR_MISSING_PARAMETER');
    },
  },
  {
    id: 'algorithm.other-type',
    title: 'Credential parameters of another type than public-key are ignored',
    section: '6.1.2 step 3',
    provenBy: ['ignored-error.unsupported-algorithm'],
    async run(context) {
      const other = new Map<CborKey, CborValue>([
        ['alg', preferredAlgorithmOf(context.info)],
        ['type', 'private-key'],
      ]);
      checkRefused(
        context,
        await sendWithMember(context, [mc.pubKeyCredParams], [other]),
        'CTAP2_ERR_UNSUPPORTED_ALGORITHM',
      );
    },
  },
  {
    id: 'algorithm.unknown-skipped',
    title: 'Unknown algorithms before a supported one are skipped',
    section: '6.1.2 step 3',
    provenBy: ['registration.algorithm-first-only'],
    async run(context) {
      const supported = preferredAlgorithmOf(context.info);
      const params = [credentialParameters(-65_000), credentialParameters(supported)];
      const members = checkSuccess(await sendWithMember(context, [mc.pubKeyCredParams], params));
      checkEqual(keyOf(members)?.get(3), supported, 'alg of the public key');
    },
  },
  {
    id: 'algorithm.first',
    title: 'The first supported algorithm of the request is used',
    section: '6.1.2 step 3',
    provenBy: ['registration.algorithm-last', 'registration.algorithm-forced'],
    preconditions: [
      {
        reason: 'The authenticator supports a single algorithm',
        isMet: (info) => algorithmsOf(info).length > 1,
      },
    ],
    async run(context) {
      const [preferred = es256, other = es256] = algorithmsOf(context.info);
      const params = [credentialParameters(other), credentialParameters(preferred)];
      const members = checkSuccess(await sendWithMember(context, [mc.pubKeyCredParams], params));
      checkEqual(keyOf(members)?.get(3), other, 'alg of the public key');
    },
  },
  {
    id: 'algorithm.advertised',
    title: 'Every algorithm of getInfo can be registered',
    section: '6.4',
    provenBy: ['getinfo.algorithms-other'],
    async run(context) {
      for (const algorithm of algorithmsOf(context.info)) {
        const exchange = await context.send(create, buildRegistration(context, { algorithm }));
        check(exchange.status === 'CTAP2_OK', `Expected CTAP2_OK for alg ${algorithm}, got ${exchange.status}`);
      }
    },
  },
  {
    id: 'algorithm.es256',
    title: 'Security keys support ES256',
    level: 'SHOULD',
    document: 'WebAuthn L3',
    section: '6.5.1.1',
    provenBy: ['registration.es256-unsupported'],
    preconditions: [optionIsNotTrue('plat')],
    async run(context) {
      checkSuccess(await context.send(create, buildRegistration(context, { algorithm: coseAlgorithms.ES256.alg })));
    },
  },
];

const excluded = 'CTAP2_ERR_CREDENTIAL_EXCLUDED';

const excludeLists: RequirementInput[] = [
  {
    id: 'exclude-list.match',
    title: 'A registration with an own credential in excludeList is refused with CTAP2_ERR_CREDENTIAL_EXCLUDED',
    section: '6.1.2 step 12',
    provenBy: [
      'registration.exclude-list-ignored',
      'status.excluded-as-denied',
      'status.excluded-as-other',
      'status.excluded-as-success',
      'transport.bit-flipped',
    ],
    variants: discoverabilityVariants,
    accepted: [excluded],
    async run(context) {
      const { id } = await register(context, { rk: context.variant === 'rk' });
      checkStatus(
        await context.send(create, buildRegistration(context, { excludeList: [descriptorOf(id)] })),
        excluded,
      );
    },
  },
  {
    id: 'exclude-list.touch',
    title: 'A touch is required before CTAP2_ERR_CREDENTIAL_EXCLUDED',
    section: '6.1.2 step 12',
    provenBy: ['registration.presence-not-awaited'],
    provenOn: 'touchstone-key',
    preconditions: [optionIsNotTrue('uv')],
    async run(context) {
      const { id } = await register(context);
      const exchange = await context.send(create, buildRegistration(context, { excludeList: [descriptorOf(id)] }));
      checkStatus(exchange, excluded);
      checkWaited(context, exchange);
    },
  },
  {
    id: 'exclude-list.any-position',
    title: 'An own credential is found at the end of excludeList',
    section: '6.1.2 step 12',
    provenBy: ['registration.exclude-list-first-only'],
    async run(context) {
      const { id } = await register(context);
      const excludeList = [descriptorOf(new Uint8Array(32).fill(1)), descriptorOf(id)];
      checkStatus(await context.send(create, buildRegistration(context, { excludeList })), excluded);
    },
  },
  {
    id: 'exclude-list.unknown',
    title: 'Unknown credentials in excludeList do not prevent a registration',
    section: '6.1.2 step 12',
    provenBy: ['registration.exclude-list-refused'],
    async run(context) {
      const excludeList = [descriptorOf(new Uint8Array(32).fill(1)), descriptorOf(new Uint8Array(64).fill(2))];
      checkSuccess(await context.send(create, buildRegistration(context, { excludeList })));
    },
  },
  {
    id: 'exclude-list.other-type',
    title: 'Descriptors of another type than public-key are ignored',
    section: '6.1.2 step 12',
    provenBy: ['registration.descriptor-type-ignored'],
    async run(context) {
      const { id } = await register(context);
      const other = new Map<CborKey, CborValue>([
        ['id', id],
        ['type', 'private-key'],
      ]);
      checkSuccess(await context.send(create, buildRegistration(context, { excludeList: [other] })));
    },
  },
  {
    id: 'exclude-list.other-rp',
    title: 'A credential of another relying party in excludeList does not prevent a registration',
    section: '6.1.2 step 12',
    provenBy: ['registration.exclude-list-refused'],
    async run(context) {
      const { id } = await register(context, { rpId: `other-${context.rpId}` });
      checkSuccess(await context.send(create, buildRegistration(context, { excludeList: [descriptorOf(id)] })));
    },
  },
  {
    id: 'exclude-list.protected',
    title: 'A credential with credProtect 3 in excludeList is not revealed without user verification',
    section: '6.1.2 step 12',
    provenBy: ['registration.protected-revealed'],
    provenOn: 'touchstone-key',
    preconditions: [registersUnverified, from21, hasExtension('credProtect'), optionIsNotTrue('uv')],
    variants: discoverabilityVariants,
    async run(context) {
      const extensions = new Map([['credProtect', 3]]);
      const { id } = await register(context, { rk: context.variant === 'rk', extensions });
      checkSuccess(await context.send(create, buildRegistration(context, { excludeList: [descriptorOf(id)] })));
    },
  },
  {
    id: 'exclude-list.max-count',
    title: 'An excludeList of maxCredentialCountInList credentials is accepted',
    section: '6.4',
    provenBy: ['registration.exclude-list-refused'],
    async run(context) {
      const count = context.info.maxCredentialCountInList;
      if (count === undefined) throw new NotApplicable('getInfo does not contain maxCredentialCountInList');
      const excludeList = unknownDescriptors(context, count);
      checkSuccess(await context.send(create, buildRegistration(context, { excludeList })));
    },
  },
];

export const makeCredentialLists = defineGroup(
  { group: 'makecred', document: 'CTAP 2.1', preconditions: [registersWithoutPin] },
  [...algorithms, ...excludeLists],
);
