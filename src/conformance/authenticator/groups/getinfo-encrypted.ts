/** getinfo: encIdentifier and encCredStoreState, which only a platform with the persistent token can read, CTAP 2.3 section 6.4. */

import { aes128CbcDecrypt, hkdfSha256 } from '#protocol/crypto.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { check, checkDifferentBytes, checkEqualBytes } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { getToken } from '../pin.ts';
import { hasDiscoverableCredentials, optionIsTrue, pinAuthorizesCeremonies } from '../preconditions.ts';
import { register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

type EncryptedMember = 'encIdentifier' | 'encCredStoreState';
const ivLength = 16;

/** Gets a persistent token, without which the members may be absent. */
const getPersistentToken = async (context: TestContext): Promise<Uint8Array> =>
  (await getToken(context, ['pcmr'])).token;

async function readMember(context: TestContext, name: EncryptedMember): Promise<Uint8Array> {
  const value = (await context.readInfo())[name];
  if (value === undefined) throw new NotApplicable(`getInfo does not contain ${name}`);
  check(value.length > ivLength && value.length % ivLength === 0, `Expected whole blocks in ${name}`);
  return value;
}

async function decryptMember(context: TestContext, name: EncryptedMember, token: Uint8Array): Promise<Uint8Array> {
  const value = await readMember(context, name);
  const key = hkdfSha256(token, new Uint8Array(32), name, 16);
  return aes128CbcDecrypt(key, value.slice(0, ivLength), value.slice(ivLength));
}

const encrypted: RequirementInput[] = [
  {
    id: 'enc-members.fresh',
    title: 'encIdentifier and encCredStoreState are different in every answer to getInfo',
    section: '6.4',
    provenBy: ['getinfo.enc-iv-constant'],
    async run(context) {
      await getPersistentToken(context);
      for (const name of ['encIdentifier', 'encCredStoreState'] satisfies (keyof AuthenticatorInfo)[])
        checkDifferentBytes(await readMember(context, name), await readMember(context, name), name);
    },
  },
  {
    id: 'enc-identifier.stable',
    title: 'encIdentifier decrypts to the same identifier after a power cycle',
    section: '6.4',
    provenBy: ['getinfo.enc-identifier-changes'],
    async run(context) {
      const token = await getPersistentToken(context);
      const before = await decryptMember(context, 'encIdentifier', token);
      await context.powerCycle();
      checkEqualBytes(await decryptMember(context, 'encIdentifier', token), before, 'the identifier');
    },
  },
  {
    id: 'enc-cred-store-state.changes',
    title: 'encCredStoreState decrypts to another state when a discoverable credential is stored, and only then',
    section: '6.4',
    provenBy: ['getinfo.cred-store-state-constant'],
    preconditions: [hasDiscoverableCredentials, pinAuthorizesCeremonies],
    async run(context) {
      const token = await getPersistentToken(context);
      const before = await decryptMember(context, 'encCredStoreState', token);
      checkEqualBytes(await decryptMember(context, 'encCredStoreState', token), before, 'the state');
      await register(context, { rk: true });
      checkDifferentBytes(await decryptMember(context, 'encCredStoreState', token), before, 'the state');
    },
  },
];

export const getInfoEncrypted = defineGroup(
  { group: 'getinfo', document: 'CTAP 2.3', state: 'pin', preconditions: [optionIsTrue('perCredMgmtRO')] },
  encrypted,
);
