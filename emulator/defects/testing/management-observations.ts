/** Observations for defects of the management commands. */
import { permissions } from '#protocol/commands.ts';
import { type Observation, pin, valueOrError } from './authenticator-under-test.ts';

/** Returns the response to a credentialManagement subcommand without parameters, when one credential is stored. */
const sendCredentialManagement =
  (subCommand: number): Observation =>
  async (subject) => {
    await subject.registerDiscoverable();
    const { token, protocol } = await subject.platform.pinToken(2, pin, { permissions: permissions.cm });
    const pinUvAuthParam = protocol.authenticate(token as Uint8Array, new Uint8Array([subCommand]));
    const request = { subCommand, pinUvAuthProtocol: 2, pinUvAuthParam };
    return valueOrError(subject.platform.send('authenticatorCredentialManagement', request));
  };
const getBioEnrollmentInfo: Observation = async ({ platform }) => [
  await valueOrError(platform.send('authenticatorBioEnrollment', { getModality: true })),
  await valueOrError(platform.send('authenticatorBioEnrollment', { modality: 1, subCommand: 7 })),
];
const readLargeBlobArray: Observation = ({ platform }) =>
  valueOrError(platform.send('authenticatorLargeBlobs', { get: 960, offset: 0 }));

export const managementObservations: Record<string, Observation> = {
  'credmgmt.count-missing': sendCredentialManagement(0x01),
  'credmgmt.count-too-many': sendCredentialManagement(0x01),
  'credmgmt.room-denied': sendCredentialManagement(0x01),
  'credmgmt.rp-missing': sendCredentialManagement(0x02),
  'credmgmt.rp-id-missing': sendCredentialManagement(0x02),
  'credmgmt.rp-id-hash-other': sendCredentialManagement(0x02),
  'credmgmt.total-too-many': sendCredentialManagement(0x02),
  'bio.modality-unknown': getBioEnrollmentInfo,
  'bio.modality-missing': getBioEnrollmentInfo,
  'bio.samples-zero': getBioEnrollmentInfo,
  'bio.kind-unknown': getBioEnrollmentInfo,
  'largeblobs.missing': readLargeBlobArray,
  'largeblobs.hash-wrong': readLargeBlobArray,
  'largeblobs.cut-off': readLargeBlobArray,
  'largeblobs.text': readLargeBlobArray,
};
