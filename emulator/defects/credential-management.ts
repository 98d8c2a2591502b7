/** More defects of credentialManagement, CTAP 2.1 section 6.8: incomplete entries and subcommands that do nothing. */
import type { CborMap } from '#protocol/cbor.ts';
import { deleteMember, editBytes, editMap, setMember } from '#protocol/edits.ts';
import { CtapError } from '#protocol/errors.ts';
import { credentialManagementSubCommands } from '#protocol/management.ts';
import { defectsDetectedBy } from './defect.ts';
import { editResponse, refuseRequest } from './mutators.ts';

const management = 'authenticatorCredentialManagement';
const section = 'CTAP 2.1 section 6.8';

/** Answers CTAP2_OK to a subcommand without executing it. */
const ignoreSubCommand = (code: number) =>
  refuseRequest(management, (request) => request.get(0x01) === code, 'CTAP2_OK');
/** Only the first answer of an enumeration has a total. */
const isNext = (answer: CborMap): boolean =>
  (answer.has(0x03) && !answer.has(0x05)) || (answer.has(0x06) && !answer.has(0x09));

export const credentialEntryDefects = defectsDetectedBy('suite', {
  'credmgmt.credential-incomplete': {
    title: 'Entries of credentials have no credentialID',
    breaks: `${section}.4`,
    ...editResponse(management, deleteMember(0x07)),
  },
  'credmgmt.public-key-other': {
    title: 'publicKey is not that of the credential',
    breaks: `${section}.4`,
    ...editResponse(
      management,
      editMap(
        0x08,
        editBytes(-2, (x) => x.map((byte) => byte ^ 0xff)),
      ),
    ),
  },
  'credmgmt.cred-protect-missing': {
    title: 'Entries of credentials have no credProtect',
    breaks: `${section}.4`,
    ...editResponse(management, deleteMember(0x0a)),
  },
  'credmgmt.large-blob-key-missing': {
    title: 'Entries of credentials have no largeBlobKey',
    breaks: `${section}.4`,
    ...editResponse(management, deleteMember(0x0b)),
  },
  'credmgmt.next-refused': {
    title: 'Enumerations end after the first entry',
    breaks: `${section}.3`,
    ...editResponse(management, (answer) => {
      if (isNext(answer)) throw new CtapError('CTAP2_ERR_NOT_ALLOWED');
      return answer;
    }),
  },
  'credmgmt.next-with-total': {
    title: 'enumerateRPsGetNextRP returns totalRPs',
    breaks: `${section}.3`,
    ...editResponse(management, (answer) => (isNext(answer) ? setMember(0x05, 2)(answer) : answer)),
  },
  'credmgmt.delete-ignored': {
    title: 'deleteCredential answers CTAP2_OK but keeps the credential',
    breaks: `${section}.5`,
    ...ignoreSubCommand(credentialManagementSubCommands.deleteCredential),
  },
  'credmgmt.update-ignored': {
    title: 'updateUserInformation answers CTAP2_OK but changes nothing',
    breaks: `${section}.6`,
    ...ignoreSubCommand(credentialManagementSubCommands.updateUserInformation),
  },
});
