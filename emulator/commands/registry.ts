/** The commands by name. A new command needs its file, a line here and its row in `#protocol/commands.ts`. */
import type { CommandName } from '#protocol/commands.ts';
import { bioEnrollment } from './bio-enrollment.ts';
import { clientPin } from './client-pin.ts';
import type { CtapCommand } from './command.ts';
import { authenticatorConfig } from './config.ts';
import { credentialManagement } from './credential-management.ts';
import { getAssertion } from './get-assertion.ts';
import { getInfo } from './get-info.ts';
import { getNextAssertion } from './get-next-assertion.ts';
import { largeBlobs } from './large-blobs.ts';
import { makeCredential } from './make-credential.ts';
import { reset } from './reset.ts';
import { selection } from './selection.ts';

export const commandRegistry: Record<CommandName, CtapCommand> = {
  authenticatorMakeCredential: makeCredential,
  authenticatorGetAssertion: getAssertion,
  authenticatorGetInfo: getInfo,
  authenticatorClientPIN: clientPin,
  authenticatorReset: reset,
  authenticatorGetNextAssertion: getNextAssertion,
  authenticatorBioEnrollment: bioEnrollment,
  authenticatorCredentialManagement: credentialManagement,
  authenticatorSelection: selection,
  authenticatorLargeBlobs: largeBlobs,
  authenticatorConfig,
  authenticatorBioEnrollmentPreview: bioEnrollment,
  authenticatorCredentialManagementPreview: credentialManagement,
};
