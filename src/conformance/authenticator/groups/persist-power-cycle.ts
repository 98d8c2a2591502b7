/** persist: the state that survives a power cycle. */

import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { authenticatorConfigSubCommands as sub } from '#protocol/management.ts';
import { sendAssertion, signIn } from '../assertion.ts';
import { listFingerprints, nameOf, prepareFingerprint, sendBio } from '../bio-enrollment.ts';
import { check, checkEqual, checkEqualBytes, checkSuccess, readBytes, readUnsigned } from '../checks.ts';
import { buildReading, enterWrongPin, sendClientPin } from '../client-pin.ts';
import { setUp } from '../failures.ts';
import { authenticatorConfig, sendManagement } from '../management.ts';
import { getToken } from '../pin.ts';
import {
  discoverabilityVariants,
  hasBuiltInUv,
  hasClientPin,
  hasExtension,
  hasMember,
  hasOption,
  optionIsNotTrue,
  optionIsTrue,
  pinAuthorizesCeremonies,
  registersWithoutPin,
} from '../preconditions.ts';
import { register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { buildSalts, map, outputsOf, salt, signInWith } from './ext-support.ts';

export const persist = { group: 'persist', document: 'CTAP 2.1' } as const;

const counterOf = (members: Awaited<ReturnType<typeof signIn>>): number =>
  parseAuthenticatorData(readBytes(members, 0x02, 'authData')).signCount;

const credentials: RequirementInput[] = [
  {
    id: 'power.credential',
    title: 'A credential is usable after a power cycle',
    section: '6.1.2 step 17',
    provenBy: ['persistence.credentials-lost'],
    preconditions: [registersWithoutPin],
    variants: discoverabilityVariants,
    async run(context) {
      const credential = await register(context, { rk: context.variant === 'rk' });
      await context.powerCycle();
      checkSuccess(await sendAssertion(context, { allowList: [credential] }));
    },
  },
  {
    id: 'power.user',
    title: 'The user id of a discoverable credential is the same after a power cycle',
    section: '6.1.2 step 17',
    provenBy: ['persistence.credentials-lost'],
    preconditions: [registersWithoutPin, optionIsTrue('rk')],
    async run(context) {
      const { userId } = await register(context, { rk: true });
      await context.powerCycle();
      const user = checkSuccess(await sendAssertion(context)).get(0x04);
      check(user instanceof Map, 'Expected the member user');
      checkEqualBytes(readBytes(user, 'id', 'user.id'), userId, 'user.id');
    },
  },
  {
    id: 'power.sign-count',
    title: 'The signature counter does not fall with a power cycle',
    document: 'WebAuthn L3',
    section: '6.1.1',
    provenBy: ['persistence.counter-restarts'],
    preconditions: [registersWithoutPin],
    async run(context) {
      const credential = await register(context);
      const before = counterOf(await signIn(context, { allowList: [credential] }));
      await context.powerCycle();
      const after = counterOf(await signIn(context, { allowList: [credential] }));
      check(after > before || (after === 0 && before === 0), `Expected a counter above ${before}, got ${after}`);
    },
  },
  {
    id: 'power.hmac-secret',
    title: 'hmac-secret returns the same secret after a power cycle',
    section: '12.5',
    provenBy: ['persistence.credentials-lost'],
    preconditions: [registersWithoutPin, hasExtension('hmac-secret')],
    async run(context) {
      const credential = await register(context, { rk: true, extensions: map(['hmac-secret', true]) });
      const before = await secretOf(context, credential);
      await context.powerCycle();
      checkEqualBytes(await secretOf(context, credential), before, 'the secret');
    },
  },
];

async function secretOf(context: TestContext, credential: Awaited<ReturnType<typeof register>>): Promise<Uint8Array> {
  const { extensions, decrypt } = await buildSalts(context, { plain: salt(7) });
  return decrypt(readBytes(outputsOf(await signInWith(context, credential, extensions)), 'hmac-secret', 'hmac-secret'));
}

const retriesOf = async (context: TestContext, kind: 'getPINRetries' | 'getUVRetries'): Promise<number> => {
  const members = checkSuccess(await sendClientPin(context, buildReading(context, kind)));
  return readUnsigned(members, kind === 'getPINRetries' ? 0x03 : 0x05, kind);
};

const pins: RequirementInput[] = [
  {
    id: 'power.pin',
    title: 'The PIN stays set over a power cycle, and grants a token',
    section: '6.5.5.5',
    provenBy: ['persistence.pin-lost'],
    preconditions: [pinAuthorizesCeremonies],
    state: 'pin',
    async run(context) {
      await context.powerCycle();
      checkEqual((await context.readInfo()).options?.clientPin, true, 'clientPin');
      await getToken(context, ['mc'], context.rpId);
    },
  },
  {
    id: 'power.pin-retries',
    title: 'A power cycle restores no PIN retries',
    section: '6.5.2.3',
    provenBy: ['persistence.retries-restored'],
    preconditions: [pinAuthorizesCeremonies],
    state: 'pin',
    async run(context) {
      await enterWrongPin(context);
      await enterWrongPin(context);
      const before = await retriesOf(context, 'getPINRetries');
      await context.powerCycle();
      checkEqual(await retriesOf(context, 'getPINRetries'), before, 'the PIN retries');
      await getToken(context, ['mc'], context.rpId);
    },
  },
  {
    id: 'power.uv-retries',
    title: 'A power cycle restores no UV retries',
    section: '6.5.2.4',
    provenBy: ['persistence.retries-restored'],
    preconditions: [hasBuiltInUv, optionIsTrue('pinUvAuthToken'), optionIsNotTrue('plat')],
    async run(context) {
      const credential = await register(context);
      context.setUser('wrong-finger');
      await sendAssertion(context, { allowList: [credential], verified: true });
      context.setUser('touch');
      const before = await retriesOf(context, 'getUVRetries');
      await context.powerCycle();
      checkEqual(await retriesOf(context, 'getUVRetries'), before, 'the UV retries');
    },
  },
  {
    id: 'power.uv-option',
    title: 'Built-in user verification stays set up over a power cycle',
    section: '6.7',
    provenBy: ['persistence.fingerprints-lost'],
    preconditions: [hasOption('bioEnroll'), hasClientPin],
    state: 'pin',
    destructive: true,
    async run(context) {
      await prepareFingerprint(context);
      const before = (await listFingerprints(context)).length;
      await context.powerCycle();
      checkEqual((await listFingerprints(context)).length, before, 'the number of fingerprints');
    },
  },
  {
    id: 'power.fingerprint-name',
    title: 'The name of a fingerprint is the same after a power cycle',
    section: '6.7.7',
    provenBy: ['persistence.fingerprints-lost'],
    preconditions: [hasOption('bioEnroll'), hasClientPin],
    state: 'pin',
    destructive: true,
    async run(context) {
      const id = await prepareFingerprint(context);
      await setUp('name the fingerprint', async () => checkSuccess(await sendBio(context, nameOf(id, 'thumb'))));
      await context.powerCycle();
      const names = (await listFingerprints(context)).map(({ name }) => name);
      check(names.includes('thumb'), 'Expected the name of the fingerprint to be kept');
    },
  },
];

const change = (context: TestContext, subCommand: number, params?: Parameters<typeof map>) =>
  setUp('change the configuration', async () =>
    checkSuccess(await sendManagement(context, authenticatorConfig, { subCommand, params: params && map(...params) })),
  );

/** A setting of authenticatorConfig, and how getInfo shows it. */
interface Setting {
  id: string;
  title: string;
  document?: string;
  section: string;
  subCommand: number;
  params?: Parameters<typeof map>;
  preconditions: RequirementInput['preconditions'];
  read(context: TestContext): Promise<unknown>;
}

const settings: readonly Setting[] = [
  {
    id: 'min-pin-length',
    title: 'minPINLength',
    section: '6.11.4',
    subCommand: sub.setMinPINLength,
    params: [[0x01, 8]],
    preconditions: [optionIsTrue('setMinPINLength')],
    read: async (context) => (await context.readInfo()).minPINLength,
  },
  {
    id: 'force-pin-change',
    title: 'forcePINChange',
    section: '6.11.4',
    subCommand: sub.setMinPINLength,
    params: [[0x03, true]],
    preconditions: [optionIsTrue('setMinPINLength')],
    read: async (context) => (await context.readInfo()).forcePINChange ?? false,
  },
  {
    id: 'always-uv',
    title: 'alwaysUv',
    section: '6.11.2',
    subCommand: sub.toggleAlwaysUv,
    preconditions: [hasOption('alwaysUv'), optionIsNotTrue('alwaysUv')],
    read: async (context) => (await context.readInfo()).options?.alwaysUv,
  },
  {
    id: 'enterprise',
    title: 'the option ep',
    section: '6.11.1',
    subCommand: sub.enableEnterpriseAttestation,
    preconditions: [hasOption('ep'), optionIsNotTrue('ep')],
    read: async (context) => (await context.readInfo()).options?.ep,
  },
  {
    id: 'long-touch',
    title: 'longTouchForReset',
    document: 'CTAP 2.3',
    section: '6.11',
    subCommand: sub.enableLongTouchForReset,
    preconditions: [hasMember('longTouchForReset'), hasMember('authenticatorConfigCommands')],
    read: async (context) => (await context.readInfo()).longTouchForReset,
  },
];

const settingRequirements = settings.flatMap(
  ({ id, title, document = 'CTAP 2.1', section, subCommand, params, preconditions = [], read }): RequirementInput[] => {
    const common = {
      document,
      section,
      preconditions: [optionIsTrue('authnrCfg'), ...preconditions],
      state: 'pin' as const,
      destructive: true,
    };
    return [
      {
        ...common,
        id: `power.${id}`,
        title: `A power cycle keeps ${title}`,
        provenBy: ['persistence.settings-lost'],
        async run(context) {
          await change(context, subCommand, params);
          const before = await read(context);
          await context.powerCycle();
          check((await read(context)) === before, `Expected ${title} to be ${before}, got ${await read(context)}`);
        },
      },
      {
        ...common,
        id: `reset.${id}`,
        title: `A reset restores ${title}`,
        document: 'CTAP 2.1',
        section: '6.6',
        provenBy: ['reset.forgets-nothing'],
        async run(context) {
          const before = await read(context);
          await change(context, subCommand, params);
          await context.powerCycle();
          await setUp('reset', async () => checkSuccess(await context.send('authenticatorReset')));
          check((await read(context)) === before, `Expected ${title} to be ${before}, got ${await read(context)}`);
        },
      },
    ];
  },
);

export const powerCyclePersistence = defineGroup(persist, [...credentials, ...pins, ...settingRequirements]);
