/** The catalogue of requirements on authenticators, in the order of a run. */

import { bioEnrolling } from './groups/bio-enrolling.ts';
import { bioManaging } from './groups/bio-managing.ts';
import { cborMessages } from './groups/cbor-messages.ts';
import { cborRequests } from './groups/cbor-requests.ts';
import { statusesOfRequests } from './groups/cbor-status.ts';
import { minPinLengthConfig } from './groups/config-min-pin-length.ts';
import { configSwitches } from './groups/config-switches.ts';
import { credentialChanging } from './groups/credmgmt-changing.ts';
import { credentialReading } from './groups/credmgmt-reading.ts';
import { credentialManagementRequests } from './groups/credmgmt-requests.ts';
import { enterpriseAttestationRequirements } from './groups/ep.ts';
import { blobExtensions } from './groups/ext-blobs.ts';
import { generalExtensions } from './groups/ext-general.ts';
import { hmacSecretExtension } from './groups/ext-hmac-secret.ts';
import { newerExtensions } from './groups/ext-newer.ts';
import { getAssertionLists } from './groups/getassert-lists.ts';
import { getAssertionOptions } from './groups/getassert-options.ts';
import { getAssertionParameters } from './groups/getassert-parameters.ts';
import { getAssertionResponse } from './groups/getassert-response.ts';
import { getAssertionTokens } from './groups/getassert-tokens.ts';
import { getInfoBehaviour } from './groups/getinfo-behaviour.ts';
import { getInfoConsistency } from './groups/getinfo-consistency.ts';
import { getInfoEncrypted } from './groups/getinfo-encrypted.ts';
import { getInfoValues } from './groups/getinfo-values.ts';
import { hidConcurrency } from './groups/hid-busy.ts';
import { hidChannels } from './groups/hid-channels.ts';
import { hidCommands } from './groups/hid-commands.ts';
import { hidOptionalCommands } from './groups/hid-lock.ts';
import { hidMessages } from './groups/hid-messages.ts';
import { hidSequences } from './groups/hid-sequences.ts';
import { largeBlobReading } from './groups/largeblobs-reading.ts';
import { largeBlobWriting } from './groups/largeblobs-writing.ts';
import { makeCredentialAttestation } from './groups/makecred-attestation.ts';
import { makeCredentialAuthData } from './groups/makecred-auth-data.ts';
import { attestationCertificate } from './groups/makecred-certificate.ts';
import { makeCredentialLists } from './groups/makecred-lists.ts';
import { makeCredentialOptions } from './groups/makecred-options.ts';
import { makeCredentialParameters } from './groups/makecred-parameters.ts';
import { makeCredentialPresence } from './groups/makecred-presence.ts';
import { attestationStatement } from './groups/makecred-statement.ts';
import { makeCredentialTokens } from './groups/makecred-tokens.ts';
import { metadataRequirements } from './groups/mds.ts';
import { nfcApdus } from './groups/nfc-apdus.ts';
import { nfcChaining } from './groups/nfc-chaining.ts';
import { nfcMessages } from './groups/nfc-messages.ts';
import { powerCyclePersistence } from './groups/persist-power-cycle.ts';
import { resetPersistence } from './groups/persist-reset.ts';
import { pinLocks } from './groups/pin-locks.ts';
import { pinParameters } from './groups/pin-parameters.ts';
import { pinPolicy } from './groups/pin-policy.ts';
import { pinRetries } from './groups/pin-retries.ts';
import { pinSetting } from './groups/pin-setting.ts';
import { resetRequirements, selectionRequirements } from './groups/reset-and-select.ts';
import { nextAssertions } from './groups/rk-next.ts';
import { credentialStoring } from './groups/rk-storing.ts';
import { tokenIssuing } from './groups/token-issuing.ts';
import { tokenLifetime } from './groups/token-lifetime.ts';
import { u2fAuthentication } from './groups/u2f-authentication.ts';
import { u2fInterop } from './groups/u2f-interop.ts';
import { u2fRegistration } from './groups/u2f-registration.ts';
import { presenceAndVerification } from './groups/upuv.ts';
import { optionalVerification } from './groups/upuv-always.ts';
import type { Requirement } from './requirement.ts';

/** Every requirement on authenticators, in the order of the groups. */
export const authenticatorCatalogue: readonly Requirement[] = [
  ...getInfoBehaviour,
  ...getInfoValues,
  ...getInfoConsistency,
  ...getInfoEncrypted,
  ...makeCredentialParameters,
  ...makeCredentialLists,
  ...makeCredentialOptions,
  ...makeCredentialPresence,
  ...makeCredentialTokens,
  ...makeCredentialAuthData,
  ...makeCredentialAttestation,
  ...attestationCertificate,
  ...attestationStatement,
  ...getAssertionParameters,
  ...getAssertionLists,
  ...getAssertionOptions,
  ...getAssertionTokens,
  ...getAssertionResponse,
  ...credentialStoring,
  ...nextAssertions,
  ...pinParameters,
  ...pinSetting,
  ...pinPolicy,
  ...pinRetries,
  ...pinLocks,
  ...tokenIssuing,
  ...tokenLifetime,
  ...cborRequests,
  ...cborMessages,
  ...statusesOfRequests,
  ...credentialReading,
  ...credentialChanging,
  ...credentialManagementRequests,
  ...generalExtensions,
  ...hmacSecretExtension,
  ...blobExtensions,
  ...newerExtensions,
  ...minPinLengthConfig,
  ...configSwitches,
  ...largeBlobReading,
  ...largeBlobWriting,
  ...bioEnrolling,
  ...bioManaging,
  ...presenceAndVerification,
  ...optionalVerification,
  ...enterpriseAttestationRequirements,
  ...metadataRequirements,
  ...selectionRequirements,
  ...resetRequirements,
  ...powerCyclePersistence,
  ...resetPersistence,
  ...hidChannels,
  ...hidConcurrency,
  ...hidMessages,
  ...hidSequences,
  ...hidCommands,
  ...hidOptionalCommands,
  ...u2fRegistration,
  ...u2fAuthentication,
  ...u2fInterop,
  ...nfcApdus,
  ...nfcChaining,
  ...nfcMessages,
];
