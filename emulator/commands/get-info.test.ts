/** The members of getInfo, and which members, options and commands each CTAP version has. */
import { expect, it } from 'vitest';
import { equal, utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { defined } from '#base/testing/defined.ts';
import { type CommandName, commands, permissions } from '#protocol/commands.ts';
import { aes128CbcDecrypt, hkdfSha256 } from '#protocol/crypto.ts';
import { statusName } from '#protocol/status.ts';
import type { CtapVersion } from '../personas/persona.ts';
import { personas } from '../personas/registry.ts';
import { ManagementPlatform, pin } from '../testing/management-platform.ts';

const complete = personas['touchstone-complete'];
const versioned = (...versions: CtapVersion[]) => ManagementPlatform.of({ persona: { ...complete, versions } });
const { mc, cm, pcmr } = permissions;

it('the persona touchstone-complete returns every member of CTAP 2.3', async () => {
  const manager = ManagementPlatform.of();
  await manager.token(pcmr);
  expect(Object.keys(await manager.info())).toEqual([
    'versions',
    'extensions',
    'aaguid',
    'options',
    'maxMsgSize',
    'pinUvAuthProtocols',
    'maxCredentialCountInList',
    'maxCredentialIdLength',
    'transports',
    'algorithms',
    'maxSerializedLargeBlobArray',
    'forcePINChange',
    'minPINLength',
    'firmwareVersion',
    'maxCredBlobLength',
    'maxRPIDsForSetMinPINLength',
    'preferredPlatformUvAttempts',
    'uvModality',
    'remainingDiscoverableCredentials',
    'attestationFormats',
    'uvCountSinceLastPinEntry',
    'longTouchForReset',
    'encIdentifier',
    'transportsForReset',
    'pinComplexityPolicy',
    'pinComplexityPolicyURL',
    'maxPINLength',
    'encCredStoreState',
    'authenticatorConfigCommands',
  ]);
});

it('options are absent without their feature and false until it is set up', async () => {
  expect((await ManagementPlatform.of({ uvEnrolled: false }).info()).options).toEqual({
    rk: true,
    plat: false,
    up: true,
    clientPin: true,
    pinUvAuthToken: true,
    makeCredUvNotRqd: true,
    alwaysUv: false,
    uv: false,
    credMgmt: true,
    credentialMgmtPreview: true,
    perCredMgmtRO: true,
    bioEnroll: false,
    userVerificationMgmtPreview: false,
    uvBioEnroll: true,
    authnrCfg: true,
    uvAcfg: true,
    setMinPINLength: true,
    ep: false,
    largeBlobs: true,
  });
});

it('encIdentifier and encCredStoreState decrypt with the persistent token; a new credential changes only the latter', async () => {
  const manager = ManagementPlatform.of();
  expect(await manager.info()).not.toHaveProperty('encIdentifier');
  const token = await manager.token(pcmr);
  const decrypted = async (name: 'encIdentifier' | 'encCredStoreState') => {
    const encrypted = defined((await manager.info())[name]);
    const key = hkdfSha256(token, new Uint8Array(32), name, 16);
    return { encrypted, plain: aes128CbcDecrypt(key, encrypted.subarray(0, 16), encrypted.subarray(16)) };
  };
  const [before, again] = [await decrypted('encIdentifier'), await decrypted('encIdentifier')];
  expect(before.encrypted).toHaveLength(32);
  expect([equal(before.encrypted, again.encrypted), equal(before.plain, again.plain)]).toEqual([false, true]);
  const state = await decrypted('encCredStoreState');
  const proof = manager.pinUvAuth(2, await manager.token(mc, 'example.com'));
  expect((await manager.makeCredential({ options: { rk: true }, ...proof })).status).toBe('CTAP2_OK');
  expect((await decrypted('encCredStoreState')).plain).not.toEqual(state.plain);
  expect((await decrypted('encIdentifier')).plain).toEqual(before.plain);
});

const commandVersions: [CommandName, CtapVersion[]][] = [
  ['authenticatorGetInfo', ['FIDO_2_0', 'FIDO_2_1_PRE', 'FIDO_2_1', 'FIDO_2_3']],
  ['authenticatorSelection', ['FIDO_2_1', 'FIDO_2_3']],
  ['authenticatorCredentialManagement', ['FIDO_2_1', 'FIDO_2_3']],
  ['authenticatorCredentialManagementPreview', ['FIDO_2_1_PRE']],
  ['authenticatorBioEnrollment', ['FIDO_2_1', 'FIDO_2_3']],
  ['authenticatorBioEnrollmentPreview', ['FIDO_2_1_PRE']],
  ['authenticatorLargeBlobs', ['FIDO_2_1', 'FIDO_2_3']],
  ['authenticatorConfig', ['FIDO_2_1', 'FIDO_2_3']],
];
const versions = ['FIDO_2_0', 'FIDO_2_1_PRE', 'FIDO_2_1', 'FIDO_2_3'] as const;

it.each(commandVersions)('only $1 have $0', async (name, by) => {
  for (const version of versions) {
    const { authenticator } = versioned(version);
    const [status] = await authenticator.process(new Uint8Array([commands[name].code]));
    expect(statusName(defined(status)) !== 'CTAP1_ERR_INVALID_COMMAND', version).toBe(by.includes(version));
  }
});

it.each([
  ['FIDO_2_0', 'CTAP1_ERR_INVALID_PARAMETER', 'CTAP2_ERR_UNSUPPORTED_OPTION', 'CTAP2_ERR_PIN_AUTH_INVALID'],
  ['FIDO_2_1', 'CTAP2_ERR_INVALID_SUBCOMMAND', 'CTAP2_ERR_INVALID_OPTION', 'CTAP2_ERR_MISSING_PARAMETER'],
  ['FIDO_2_3', 'CTAP2_ERR_INVALID_SUBCOMMAND', 'CTAP2_ERR_INVALID_OPTION', 'CTAP2_ERR_MISSING_PARAMETER'],
] as const)(
  '%s answers an unknown subcommand with %s, uv that is not set up with %s, a missing pinUvAuthProtocol with %s',
  async (version, ...statuses) => {
    const manager = ManagementPlatform.of({ persona: { ...complete, versions: [version] }, uvEnrolled: false });
    expect([
      (await manager.send('authenticatorClientPIN', { pinUvAuthProtocol: 2, subCommand: 0x0f })).status,
      (await manager.makeCredential({ options: { uv: true } })).status,
      (await manager.makeCredential({ pinUvAuthParam: new Uint8Array(32) })).status,
    ]).toEqual(statuses);
  },
);

it('CTAP 2.0 has six members and none of the later options', async () => {
  const info = await versioned('FIDO_2_0').info();
  expect(Object.keys(info)).toEqual([
    'versions',
    'extensions',
    'aaguid',
    'options',
    'maxMsgSize',
    'pinUvAuthProtocols',
  ]);
  expect(Object.keys(defined(info.options)).sort()).toEqual(['clientPin', 'plat', 'rk', 'up', 'uv']);
});

it.each([
  ['FIDO_2_1', [1, 2, 3]],
  ['FIDO_2_3', [1, 2, 3, 4]],
] as const)('%s has the config subcommands %o', async (version, expected) => {
  const answers = await Promise.all(
    [1, 2, 3, 4, 5, 0xff].map(async (code) => {
      const status = await versioned(version).sendRaw('authenticatorConfig', new Map([[1, code]]));
      return status === 'CTAP1_ERR_INVALID_PARAMETER' ? [] : [code];
    }),
  );
  expect(answers.flat()).toEqual(expected);
});

it.each([
  ['CTAP 2.3 uses the first supported format', 'FIDO_2_3', ['tpm', 'fido-u2f', 'packed'], 'fido-u2f'],
  ['CTAP 2.3 uses its own format if it supports none', 'FIDO_2_3', ['tpm'], 'packed'],
  ['CTAP 2.3 can return none', 'FIDO_2_3', ['none'], 'none'],
  ['CTAP 2.1 ignores the parameter', 'FIDO_2_1', ['fido-u2f'], 'packed'],
] as const)('attestationFormatsPreference: %s', async (_title, version, attestationFormatsPreference, fmt) => {
  const manager = ManagementPlatform.of({
    persona: { ...complete, versions: [version] },
    pin: undefined,
    uvEnrolled: false,
  });
  const { response } = await manager.makeCredential({
    attestationFormatsPreference: [...attestationFormatsPreference],
  });
  expect(response.fmt).toBe(fmt);
});

it('uvCountSinceLastPinEntry counts built-in user verifications since the last PIN', async () => {
  const manager = ManagementPlatform.of();
  const count = async () => (await manager.info()).uvCountSinceLastPinEntry;
  await manager.makeCredential({ options: { uv: true } });
  await manager.makeCredential({ options: { uv: true } });
  expect(await count()).toBe(2);
  await manager.token(cm);
  expect(await count()).toBe(0);
});

it('a reset removes the PIN, and is refused later than 10 seconds after power-up', async () => {
  const clock = new AdjustableClock();
  const manager = ManagementPlatform.of({ clock });
  clock.advance(10_001);
  expect((await manager.send('authenticatorReset')).status).toBe('CTAP2_ERR_NOT_ALLOWED');
  manager.authenticator.powerCycle();
  expect((await manager.send('authenticatorReset')).status).toBe('CTAP2_OK');
  expect((await manager.info()).options?.clientPin).toBe(false);
  expect(await manager.setPin(2, pin)).toBe('CTAP2_OK');
});

it('pinComplexityPolicyURL is a URL as bytes', async () => {
  expect((await ManagementPlatform.of().info()).pinComplexityPolicyURL).toEqual(utf8('https://example.com/pin-policy'));
});
