/** Authenticators that differ from every persona in something that the specification leaves to them fail no requirement. */
import { describe, expect, it } from 'vitest';
import { type AuthenticatorOptions, type Persona, type PersonaId, personaOf } from '#emulator';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { CtapError } from '#protocol/errors.ts';
import { authenticatorConfigSubCommands } from '#protocol/management.ts';
import { emulatedModel } from '../../cli/compose/emulated-test-target.ts';
import { authenticatorCatalogue } from './catalogue.ts';
import { runSuite } from './run-suite.ts';

const { toggleAlwaysUv } = authenticatorConfigSubCommands;
type FaultChanges = NonNullable<AuthenticatorOptions['changes']>[number];

const model = (id: PersonaId, changes: Partial<Persona> = {}): Persona => ({ ...personaOf(id), ...changes });
const complete = model('touchstone-complete');
const key = model('touchstone-key');

/** An authenticator whose getInfo has other members. */
const withInfo = (persona: Persona, change: (info: CborMap) => void): AuthenticatorOptions & { persona: Persona } => ({
  persona,
  changes: [
    {
      response(members, command) {
        const info = new Map(members);
        if (command === 'authenticatorGetInfo') change(info);
        return info;
      },
    },
  ],
});

/** Adds options to getInfo; sorted when the answer is encoded. */
const addOptions = (info: CborMap, options: Record<string, boolean>): void => {
  info.set(0x04, new Map([...(info.get(0x04) as CborMap), ...Object.entries(options)]));
};

const otherParameters = new Map<CborKey, CborValue>([
  ['alg', -9],
  ['type', 'public-key'],
]);

/** getInfo of a version of CTAP that does not exist yet. */
const laterVersion = withInfo(complete, (info) => {
  info.set(0x01, [...(info.get(0x01) as CborValue[]), 'FIDO_9_9']);
  info.set(0x02, [...(info.get(0x02) as CborValue[]), 'exampleExtension']);
  addOptions(info, { exampleOption: true });
  info.set(0x50, new Map([['example', [1, true]]]));
});

/** Counts with credentials of maximum size, of which two take the space of three others. */
const estimatingSpace = withInfo(model('yubikey-5-nfc-enterprise'), (info) => {
  const left = info.get(0x14);
  if (typeof left === 'number') info.set(0x14, Math.floor((left * 2) / 3));
});

/** Once alwaysUv is on, it stays on until a reset. */
function keepingAlwaysUv(): AuthenticatorOptions & { persona: Persona } {
  let isOn = false;
  const seen = withInfo(complete, (info) => {
    isOn = (info.get(0x04) as CborMap).get('alwaysUv') === true;
  });
  const refuse: FaultChanges = {
    request(parameters, command) {
      const isToggle = command === 'authenticatorConfig' && parameters.get(0x01) === toggleAlwaysUv;
      if (isOn && isToggle) throw new CtapError('CTAP2_ERR_OPERATION_DENIED');
      return parameters;
    },
  };
  return { ...seen, changes: [...(seen.changes ?? []), refuse] };
}

const alwaysVerifying = {
  persona: model('yubikey-5-nfc-enterprise', {
    options: { ...personaOf('yubikey-5-nfc-enterprise').options, alwaysUv: true },
  }),
};

const unusedFeatures = { credMgmt: false, largeBlobs: false, authnrCfg: false, perCredMgmtRO: false, uvAcfg: false };

const models: Record<string, AuthenticatorOptions & { persona: Persona }> = {
  'members, options and extensions of a later version': laterVersion,
  'false options for the features that it lacks': withInfo(key, (info) => addOptions(info, unusedFeatures)),
  'neither a PIN nor built-in user verification': {
    persona: model('touchstone-key', { options: { rk: true }, pinUvAuthProtocols: [], extensions: ['credProtect'] }),
  },
  'built-in user verification and no PIN': {
    persona: model('touchstone-complete', {
      options: { rk: true, pinUvAuthToken: true },
      extensions: ['credProtect', 'hmac-secret'],
      features: { credentialManagement: {} },
    }),
  },
  'PIN/UV auth protocol 2 and messages of 1024 bytes only': {
    persona: model('touchstone-complete', { pinUvAuthProtocols: [2], maxMsgSize: 1024 }),
  },
  'a PIN for settings only': {
    persona: model('touchstone-complete', { options: { ...complete.options, noMcGaPermissionsWithClientPin: true } }),
  },
  'a PIN of at least 8 characters': { persona: model('touchstone-complete', { minPinLength: 8 }) },
  'an estimate of the space for credentials': estimatingSpace,
  'alwaysUv that cannot be turned off': keepingAlwaysUv(),
  'space for one discoverable credential': { persona: key, credentialCapacity: 1 },
  'longer credential lists than a message can carry': {
    persona: model('touchstone-key', { maxMsgSize: 1024, maxCredentialCountInList: 64 }),
  },
  'self attestation with EdDSA': {
    persona: model('touchstone-key', { algorithms: ['EdDSA', 'ES256'], attestation: 'packed-self' }),
  },
  'self attestation with RS256': {
    persona: model('touchstone-key', { algorithms: ['RS256', 'ES256'], attestation: 'packed-self' }),
  },
  'alwaysUv and fingerprints': {
    persona: model('touchstone-complete', { options: { ...complete.options, alwaysUv: true } }),
  },
  'alwaysUv and a PIN': alwaysVerifying,
};

/** Their cases have little to do with the models, and take long. One of `cbor` stands for all, because they have the same variants. */
const otherGroups = ['mds.', 'hid.', 'largeblobs.', 'bio.', 'cbor.', 'u2f.'];
const requirements = authenticatorCatalogue.filter(
  ({ id }) => id === 'cbor.request.float' || !otherGroups.some((group) => id.startsWith(group)),
);

describe('a conforming authenticator', () => {
  it.each(Object.entries(models))('with %s fails no requirement', { timeout: 60_000 }, async (_, options) => {
    const results = await runSuite(requirements, emulatedModel(options));
    const unexpected = results.filter(({ verdict }) => !['pass', 'not-applicable'].includes(verdict));
    expect(unexpected.map(({ id, variant, verdict, message }) => `${verdict} ${id}@${variant}: ${message}`)).toEqual(
      [],
    );
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(400);
  });

  it('with alwaysUv and a PIN is tested with a PIN where others need none', async () => {
    const ids = [
      'makecred.response.packed.signature',
      'getassert.response.signature',
      'rk.stored',
      'makecred.exclude-list.match',
    ];
    const tested = authenticatorCatalogue.filter(({ id }) => ids.includes(id));
    const results = await runSuite(tested, emulatedModel(alwaysVerifying));
    const passed = results.filter(({ verdict }) => verdict === 'pass').map(({ id }) => id);
    expect(new Set(passed)).toEqual(new Set(ids));
  });

  it('that lists an algorithm of its own first is tested with the first one that the suite can verify', async () => {
    const source = emulatedModel(
      withInfo(key, (info) => info.set(0x0a, [otherParameters, ...(info.get(0x0a) as CborValue[])])),
    );
    const tested = requirements.filter(
      ({ id }) => id.startsWith('makecred.response.') || id === 'makecred.algorithm.first',
    );
    const results = await runSuite(tested, source);
    expect(results.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(20);
  });
});
