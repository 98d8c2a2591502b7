/** What the files of the group config share. */
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { authenticatorConfigSubCommands as sub } from '#protocol/management.ts';
import { checkSuccess } from '../checks.ts';
import { setUp } from '../failures.ts';
import { authenticatorConfig as config, type ManagementRequest, sendManagement } from '../management.ts';
import { optionIsTrue } from '../preconditions.ts';
import type { RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

export const setsMinPinLength = optionIsTrue('setMinPINLength');

export const send = (context: TestContext, request: ManagementRequest) => sendManagement(context, config, request);

export const minPinLength = (...entries: [CborKey, CborValue][]): ManagementRequest => ({
  subCommand: sub.setMinPINLength,
  params: new Map(entries),
});

export const change = (context: TestContext, request: ManagementRequest) =>
  setUp('change the configuration', async () => checkSuccess(await send(context, request)));

export const group = { group: 'config', document: 'CTAP 2.1', state: 'pin' } as const;

/** The settings stay until a reset. */
export const destructive = (requirements: readonly RequirementInput[]) =>
  requirements.map((requirement) => ({ ...requirement, destructive: true }));
