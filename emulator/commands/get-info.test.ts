/** getInfo member by member, and the versions as profiles of what they know. */
import { expect, it } from 'vitest';
import { equal, utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { type CommandName, commands, permissions } from '#protocol/commands.ts';
import { aes128CbcDecrypt, hkdfSha256 } from '#protocol/crypto.ts';
import { statusName } from '#protocol/status.ts';
import type { CtapVersion } from '../personas/persona.ts';
import { personas } from '../personas/registry.ts';
import { pin, TestManager } from '../testing/management.ts';

const complete = personas['touchstone-complete'];
const versioned = (...versions: CtapVersion[]) => TestManager.of({ persona: { ...complete, versions } });
const { mc, cm, pcmr } = permissions;

it('a key with all of CTAP 2.3 tells all of it', async () => {
  const manager = TestManager.of();
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

it('its options say what is there and what is set up', async () => {
  expect((await TestManager.of({ uvEnrolled: false }).info()).options).toEqual({
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

it('encIdentifier and encCredStoreState open with the persistent token, and only the state changes with a credential', async () => {
  const manager = TestManager.of();
  expect(await manager.info()).not.toHaveProperty('encIdentifier');
  const token = await manager.token(pcmr);
  const opened = async (name: 'encIdentifier' | 'encCredStoreState') => {
    const sealed = (await manager.info())[name]!;
    const key = hkdfSha256(token, new Uint8Array(32), name, 16);
    return { sealed, plain: aes128CbcDecrypt(key, sealed.subarray(0, 16), sealed.subarray(16)) };
  };
  const [before, again] = [await opened('encIdentifier'), await opened('encIdentifier')];
  expect(before.sealed).toHaveLength(32);
  expect([equal(before.sealed, again.sealed), equal(before.plain, again.plain)]).toEqual([false, true]);
  const state = await opened('encCredStoreState');
  const proof = manager.proof(2, await manager.token(mc, 'example.com'));
  expect((await manager.makeCredential({ options: { rk: true }, ...proof })).status).toBe('CTAP2_OK');
  expect((await opened('encCredStoreState')).plain).not.toEqual(state.plain);
  expect((await opened('encIdentifier')).plain).toEqual(before.plain);
});

const known: [CommandName, CtapVersion[]][] = [
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

it.each(known)('%s is known to %o', async (name, by) => {
  for (const version of versions) {
    const { authenticator } = versioned(version);
    const [status] = await authenticator.process(new Uint8Array([commands[name].code]));
    expect(statusName(status!) !== 'CTAP1_ERR_INVALID_COMMAND', version).toBe(by.includes(version));
  }
});

it.each([
  ['FIDO_2_0', 'CTAP1_ERR_INVALID_PARAMETER', 'CTAP2_ERR_UNSUPPORTED_OPTION', 'CTAP2_ERR_PIN_AUTH_INVALID'],
  ['FIDO_2_1', 'CTAP2_ERR_INVALID_SUBCOMMAND', 'CTAP2_ERR_INVALID_OPTION', 'CTAP2_ERR_MISSING_PARAMETER'],
  ['FIDO_2_3', 'CTAP2_ERR_INVALID_SUBCOMMAND', 'CTAP2_ERR_INVALID_OPTION', 'CTAP2_ERR_MISSING_PARAMETER'],
] as const)(
  '%s: unknown subcommand %s, uv that is not set up %s, no pinUvAuthProtocol %s',
  async (version, ...statuses) => {
    const manager = TestManager.of({ persona: { ...complete, versions: [version] }, uvEnrolled: false });
    expect([
      (await manager.send('authenticatorClientPIN', { subCommand: 0x0f })).status,
      (await manager.makeCredential({ options: { uv: true } })).status,
      (await manager.makeCredential({ pinUvAuthParam: new Uint8Array(32) })).status,
    ]).toEqual(statuses);
  },
);

it('CTAP 2.0 knows six members and none of the later options', async () => {
  const info = await versioned('FIDO_2_0').info();
  expect(Object.keys(info)).toEqual([
    'versions',
    'extensions',
    'aaguid',
    'options',
    'maxMsgSize',
    'pinUvAuthProtocols',
  ]);
  expect(Object.keys(info.options!).sort()).toEqual(['clientPin', 'plat', 'rk', 'up', 'uv']);
});

it.each([
  ['FIDO_2_1', [1, 2, 3]],
  ['FIDO_2_3', [1, 2, 3, 4]],
] as const)('%s configures %o', async (version, expected) => {
  const answers = await Promise.all(
    [1, 2, 3, 4, 5, 0xff].map(async (code) => {
      const status = await versioned(version).sendRaw('authenticatorConfig', new Map([[1, code]]));
      return status === 'CTAP2_ERR_INVALID_SUBCOMMAND' ? [] : [code];
    }),
  );
  expect(answers.flat()).toEqual(expected);
});

it.each([
  ['CTAP 2.3 chooses the first format it has', 'FIDO_2_3', ['tpm', 'fido-u2f', 'packed'], 'fido-u2f'],
  ['CTAP 2.3 without one of its formats gives its own', 'FIDO_2_3', ['tpm'], 'packed'],
  ['CTAP 2.3 gives none when asked', 'FIDO_2_3', ['none'], 'none'],
  ['CTAP 2.1 does not know the parameter', 'FIDO_2_1', ['fido-u2f'], 'packed'],
] as const)('attestationFormatsPreference: %s', async (_title, version, attestationFormatsPreference, fmt) => {
  const manager = TestManager.of({ persona: { ...complete, versions: [version] }, pin: undefined, uvEnrolled: false });
  const { response } = await manager.makeCredential({
    attestationFormatsPreference: [...attestationFormatsPreference],
  });
  expect(response.fmt).toBe(fmt);
});

it('uvCountSinceLastPinEntry counts fingers until a PIN comes', async () => {
  const manager = TestManager.of();
  const count = async () => (await manager.info()).uvCountSinceLastPinEntry;
  await manager.makeCredential({ options: { uv: true } });
  await manager.makeCredential({ options: { uv: true } });
  expect(await count()).toBe(2);
  await manager.token(cm);
  expect(await count()).toBe(0);
});

it('a reset gives the device another identifier, and 10 seconds after power-up it is too late', async () => {
  const clock = new AdjustableClock();
  const manager = TestManager.of({ clock });
  clock.advance(10_001);
  expect((await manager.send('authenticatorReset')).status).toBe('CTAP2_ERR_NOT_ALLOWED');
  manager.authenticator.powerCycle();
  expect((await manager.send('authenticatorReset')).status).toBe('CTAP2_OK');
  expect((await manager.info()).options?.clientPin).toBe(false);
  expect(await manager.setPin(2, pin)).toBe('CTAP2_OK');
});

it('pinComplexityPolicyURL is bytes of the address', async () => {
  expect((await TestManager.of().info()).pinComplexityPolicyURL).toEqual(utf8('https://example.com/pin-policy'));
});
