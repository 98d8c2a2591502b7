import { describe, expect, it } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { defined } from '#base/testing/defined.ts';
import { permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { ManagementPlatform, pin } from '../testing/management-platform.ts';

const { mc, cm, pcmr } = permissions;
const accounts = [
  ['one.example', 'alice'],
  ['one.example', 'bob'],
  ['two.example', 'carol'],
] as const;

async function managerWithAccounts(clock = new AdjustableClock()) {
  const manager = ManagementPlatform.of({ clock });
  for (const [rpId, name] of accounts) {
    const proof = manager.pinUvAuth(2, await manager.token(mc, rpId));
    const user = { id: utf8(name), name };
    expect((await manager.makeCredential({ rp: { id: rpId }, user, options: { rk: true }, ...proof })).status).toBe(
      'CTAP2_OK',
    );
  }
  return manager;
}

const hashOf = (rpId: string) => ({ rpIDHash: sha256(rpId) });

it('returns the number of credentials and the free space', async () => {
  const manager = await managerWithAccounts();
  expect((await manager.credMgmt('getCredsMetadata', await manager.token(cm))).response).toEqual({
    existingResidentCredentialsCount: 3,
    maxPossibleRemainingResidentCredentialsCount: 97,
  });
});

it('enumerates relying parties, then the credentials of one', async () => {
  const manager = await managerWithAccounts();
  const token = await manager.token(cm);
  const first = await manager.credMgmt('enumerateRPsBegin', token);
  const second = await manager.credMgmt('enumerateRPsGetNextRP');
  expect([first.response.totalRPs, first.response.rp?.id, second.response.rp?.id]).toEqual([
    2,
    'one.example',
    'two.example',
  ]);
  expect(second.response.rpIDHash).toEqual(hashOf('two.example').rpIDHash);
  expect((await manager.credMgmt('enumerateRPsGetNextRP')).status).toBe('CTAP2_ERR_NOT_ALLOWED');
  const bob = await manager.credMgmt('enumerateCredentialsBegin', token, hashOf('one.example'));
  const alice = await manager.credMgmt('enumerateCredentialsGetNextCredential');
  expect(bob.response).toMatchObject({ totalCredentials: 2, user: { name: 'bob' }, credProtect: 1 });
  expect(alice.response.user?.name).toBe('alice');
  expect(alice.response.publicKey?.get(3)).toBe(-7);
});

it.each([
  ['after 30 seconds', 30_000, 'CTAP2_ERR_NOT_ALLOWED'],
  ['after 29 seconds', 29_000, 'CTAP2_OK'],
])('an enumeration that continues %s answers $2', async (_title, afterMs, status) => {
  const clock = new AdjustableClock();
  const manager = await managerWithAccounts(clock);
  await manager.credMgmt('enumerateRPsBegin', await manager.token(cm));
  clock.advance(afterMs);
  expect((await manager.credMgmt('enumerateRPsGetNextRP')).status).toBe(status);
});

it('another command ends an enumeration, and the other kind of enumeration cannot continue it', async () => {
  const manager = await managerWithAccounts();
  await manager.credMgmt('enumerateRPsBegin', await manager.token(cm));
  await manager.info();
  expect((await manager.credMgmt('enumerateRPsGetNextRP')).status).toBe('CTAP2_ERR_NOT_ALLOWED');
  await manager.credMgmt('enumerateRPsBegin', await manager.token(cm));
  expect((await manager.credMgmt('enumerateCredentialsGetNextCredential')).status).toBe('CTAP2_ERR_NOT_ALLOWED');
});

it('deletes exactly one credential', async () => {
  const manager = await managerWithAccounts();
  const token = await manager.token(cm);
  const { response } = await manager.credMgmt('enumerateCredentialsBegin', token, hashOf('two.example'));
  const credentialID = defined(response.credentialID);
  expect((await manager.credMgmt('deleteCredential', token, { credentialID })).status).toBe('CTAP2_OK');
  expect((await manager.credMgmt('deleteCredential', token, { credentialID })).status).toBe('CTAP2_ERR_NO_CREDENTIALS');
  expect(manager.authenticator.inspect().credentials.map(({ userName }) => userName)).toEqual(['alice', 'bob']);
});

it('renames an account; missing names are removed, the user id stays', async () => {
  const manager = await managerWithAccounts();
  const token = await manager.token(cm);
  const { response } = await manager.credMgmt('enumerateCredentialsBegin', token, hashOf('two.example'));
  const credentialID = defined(response.credentialID);
  const rename = (id: string, names: object) =>
    manager.credMgmt('updateUserInformation', token, { credentialID, user: { id: utf8(id), ...names } });
  expect((await rename('dave', { name: 'x' })).status).toBe('CTAP1_ERR_INVALID_PARAMETER');
  expect((await rename('carol', { displayName: 'Carol' })).status).toBe('CTAP2_OK');
  const after = await manager.credMgmt('enumerateCredentialsBegin', token, hashOf('two.example'));
  expect(after.response.user).toEqual({ id: utf8('carol'), displayName: 'Carol' });
});

describe('tokens', () => {
  const first = accounts[0][0];
  it.each([
    ['no token', undefined, undefined, 'CTAP2_ERR_PUAT_REQUIRED'],
    ['cm', cm, undefined, 'CTAP2_OK'],
    ['mc only', mc, first, 'CTAP2_ERR_PIN_AUTH_INVALID'],
    ['cm for one relying party', cm, first, 'CTAP2_ERR_PIN_AUTH_INVALID'],
  ])('getCredsMetadata and enumerateRPsBegin with %s answer $3', async (_title, permission, rpId, status) => {
    const manager = await managerWithAccounts();
    const token = permission === undefined ? undefined : await manager.token(permission, rpId);
    expect((await manager.credMgmt('getCredsMetadata', token)).status).toBe(status);
    expect((await manager.credMgmt('enumerateRPsBegin', token)).status).toBe(status);
  });

  it('bound to a relying party list and change only its credentials', async () => {
    const manager = await managerWithAccounts();
    const token = await manager.token(cm, 'two.example');
    const own = await manager.credMgmt('enumerateCredentialsBegin', token, hashOf('two.example'));
    expect(own.status).toBe('CTAP2_OK');
    expect((await manager.credMgmt('enumerateCredentialsBegin', token, hashOf('one.example'))).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
    const foreign = { id: defined(manager.authenticator.inspect().credentials[0]).credentialId, type: 'public-key' };
    expect((await manager.credMgmt('deleteCredential', token, { credentialID: foreign })).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
    expect(
      (await manager.credMgmt('deleteCredential', token, { credentialID: defined(own.response.credentialID) })).status,
    ).toBe('CTAP2_OK');
  });

  it('with pcmr read after power cycles until the PIN changes, and never write', async () => {
    const manager = await managerWithAccounts();
    const token = await manager.token(pcmr);
    manager.authenticator.powerCycle();
    const { status, response } = await manager.credMgmt('enumerateCredentialsBegin', token, hashOf('two.example'));
    expect(status).toBe('CTAP2_OK');
    const credentialID = defined(response.credentialID);
    expect((await manager.credMgmt('deleteCredential', token, { credentialID })).status).toBe(
      'CTAP2_ERR_PIN_AUTH_INVALID',
    );
    expect(await manager.token(pcmr)).toEqual(token);
    await manager.changePin(2, pin, '9713');
    expect((await manager.credMgmt('getCredsMetadata', token)).status).toBe('CTAP2_ERR_PIN_AUTH_INVALID');
  });
});

it.each([
  ['enumerateCredentialsBegin', {}],
  ['deleteCredential', {}],
  ['updateUserInformation', { user: { id: utf8('alice') } }],
] as const)('%s without its parameters answers CTAP2_ERR_MISSING_PARAMETER', async (name, params) => {
  const manager = await managerWithAccounts();
  expect((await manager.credMgmt(name, await manager.token(cm), params)).status).toBe('CTAP2_ERR_MISSING_PARAMETER');
});

it.each([
  ['touchstone-complete', 'CTAP2_ERR_INVALID_SUBCOMMAND'],
  ['touchstone-key', 'CTAP1_ERR_INVALID_COMMAND'],
] as const)('%s answers subcommand 9 with %s', async (persona, status) => {
  expect(await ManagementPlatform.of({ persona }).sendRaw('authenticatorCredentialManagement', new Map([[1, 9]]))).toBe(
    status,
  );
});

it('the preview command has its own command code', async () => {
  const manager = await managerWithAccounts();
  const preview = 'authenticatorCredentialManagementPreview';
  expect(
    (await manager.credMgmt('getCredsMetadata', await manager.token(cm), undefined, preview)).response,
  ).toMatchObject({
    existingResidentCredentialsCount: 3,
  });
});
