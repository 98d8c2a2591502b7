/** credmgmt: deleting and renaming credentials, CTAP 2.1 sections 6.8.5 and 6.8.6. */
import { sendAssertion } from '../assertion.ts';
import { check, checkEqual, checkStatus, checkSuccess, readMap } from '../checks.ts';
import { buildChangePin, sendClientPin } from '../client-pin.ts';
import { setUp } from '../failures.ts';
import { getToken } from '../pin.ts';
import { optionIsTrue } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import {
  authInvalid,
  create,
  deletionOf,
  firstOf,
  managementGroup,
  metadata,
  noCredentials,
  send,
  updateOf,
} from './credmgmt-support.ts';

const changing: RequirementInput[] = [
  {
    id: 'delete.deletes',
    title: 'deleteCredential removes the credential',
    section: '6.8.5',
    provenBy: ['credmgmt.delete-ignored'],
    async run(context) {
      const { id } = await create(context);
      checkSuccess(await send(context, deletionOf(id)));
      checkStatus(await sendAssertion(context, { verified: true }), noCredentials);
    },
  },
  {
    id: 'delete.by-id',
    title: 'A deleted credential is not found in allowList either',
    section: '6.8.5',
    provenBy: ['credmgmt.deleted-usable', 'credmgmt.delete-ignored'],
    accepted: [noCredentials],
    async run(context) {
      const credential = await create(context);
      await setUp('delete the credential', async () => checkSuccess(await send(context, deletionOf(credential.id))));
      checkStatus(await sendAssertion(context, { verified: true, allowList: [credential] }), noCredentials);
    },
  },
  {
    id: 'delete.others-stay',
    title: 'deleteCredential keeps the other credentials',
    section: '6.8.5',
    provenBy: ['registration.one-user-only'],
    async run(context) {
      const kept = await create(context, 1);
      const deleted = await create(context, 2);
      checkSuccess(await send(context, deletionOf(deleted.id)));
      checkSuccess(await sendAssertion(context, { verified: true, allowList: [kept] }));
    },
  },
  {
    id: 'delete.unknown',
    title: `deleteCredential of an unknown credential is refused with ${noCredentials}`,
    section: '6.8.5',
    provenBy: ['ignored-error.no-credentials', 'status.no-credentials-as-invalid'],
    accepted: [noCredentials],
    run: async (context) => checkStatus(await send(context, deletionOf(new Uint8Array(32))), noCredentials),
  },
  {
    id: 'delete.twice',
    title: `A deleted credential cannot be deleted again`,
    section: '6.8.5',
    provenBy: ['credmgmt.delete-ignored', 'ignored-error.no-credentials'],
    accepted: [noCredentials],
    async run(context) {
      const { id } = await create(context);
      await setUp('delete the credential', async () => checkSuccess(await send(context, deletionOf(id))));
      checkStatus(await send(context, deletionOf(id)), noCredentials);
    },
  },
  {
    id: 'update.changes',
    title: 'updateUserInformation replaces the names of the user',
    section: '6.8.6',
    provenBy: ['credmgmt.update-ignored'],
    async run(context) {
      checkSuccess(await send(context, updateOf(await create(context))));
      const user = readMap(checkSuccess(await send(context, firstOf(context.rpId))), 0x06, 'user');
      checkEqual(user.get('name'), 'new name', 'user.name');
      check(!user.has('displayName'), 'Expected displayName to be removed, because the request had none');
    },
  },
  {
    id: 'update.other-user',
    title: 'updateUserInformation with another user.id is refused with CTAP1_ERR_INVALID_PARAMETER',
    section: '6.8.6',
    provenBy: ['ignored-error.invalid-parameter'],
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    async run(context) {
      const credential = await create(context);
      const request = updateOf({ ...credential, userId: new Uint8Array(16).fill(9) });
      checkStatus(await send(context, request), 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  {
    id: 'update.unknown',
    title: `updateUserInformation of an unknown credential is refused with ${noCredentials}`,
    section: '6.8.6',
    provenBy: ['ignored-error.no-credentials', 'status.no-credentials-as-invalid'],
    accepted: [noCredentials],
    async run(context) {
      const credential = await create(context);
      checkStatus(await send(context, updateOf({ ...credential, id: new Uint8Array(32) })), noCredentials);
    },
  },
];

const persistent: RequirementInput[] = [
  {
    id: 'persistent.reads',
    title: 'A token with the permission pcmr reads credentials',
    document: 'CTAP 2.3',
    section: '6.8',
    provenBy: ['token.persistent-not-accepted'],
    preconditions: [optionIsTrue('perCredMgmtRO')],
    async run(context) {
      await create(context);
      const token = await getToken(context, ['pcmr']);
      checkSuccess(await send(context, { ...metadata, token }));
      checkSuccess(await send(context, { ...firstOf(context.rpId), token }));
    },
  },
  {
    id: 'persistent.power-cycle',
    title: 'A token with the permission pcmr is valid after a power cycle',
    document: 'CTAP 2.3',
    section: '6.8',
    provenBy: ['token.persistent-not-accepted'],
    preconditions: [optionIsTrue('perCredMgmtRO')],
    async run(context) {
      const token = await getToken(context, ['pcmr']);
      await context.powerCycle();
      checkSuccess(await send(context, { ...metadata, token }));
    },
  },
  {
    id: 'persistent.pin-change',
    title: 'A token with the permission pcmr is invalid after the PIN was changed',
    document: 'CTAP 2.3',
    section: '6.5.5.6',
    provenBy: ['token.persistent-survives-pin-change'],
    preconditions: [optionIsTrue('perCredMgmtRO')],
    accepted: [authInvalid],
    async run(context) {
      const token = await getToken(context, ['pcmr']);
      await setUp('change the PIN', async () =>
        checkSuccess(await sendClientPin(context, await buildChangePin(context))),
      );
      checkStatus(await send(context, { ...metadata, token }), authInvalid);
    },
  },
  {
    id: 'persistent.cannot-delete',
    title: `deleteCredential with a token with the permission pcmr is refused with ${authInvalid}`,
    document: 'CTAP 2.3',
    section: '6.8.5',
    provenBy: ['status.token-as-parameter', 'ignored-error.pin-auth-invalid'],
    preconditions: [optionIsTrue('perCredMgmtRO')],
    accepted: [authInvalid],
    async run(context) {
      const { id } = await create(context);
      const token = await getToken(context, ['pcmr']);
      checkStatus(await send(context, { ...deletionOf(id), token }), authInvalid);
    },
  },
];

export const credentialChanging = defineGroup(managementGroup, [...changing, ...persistent]);
