/** The catalogue of requirements on authenticators, in the order in which they run. */
import { cborRequirements } from './groups/cbor.ts';
import { configRequirements } from './groups/config.ts';
import { credentialManagementRequirements } from './groups/credmgmt.ts';
import { extensionRequirements } from './groups/ext.ts';
import { getAssertionSteps } from './groups/getassert.ts';
import { getAssertionParameters } from './groups/getassert-parameters.ts';
import { getAssertionResponse } from './groups/getassert-response.ts';
import { getInfoRequirements } from './groups/getinfo.ts';
import { largeBlobRequirements } from './groups/largeblobs.ts';
import { makeCredentialSteps } from './groups/makecred.ts';
import { makeCredentialParameters } from './groups/makecred-parameters.ts';
import { makeCredentialResponse } from './groups/makecred-response.ts';
import { pinRequirements } from './groups/pin.ts';
import { pinParameters } from './groups/pin-parameters.ts';
import { resetRequirements, selectionRequirements } from './groups/reset-and-select.ts';
import { discoverableCredentials } from './groups/rk.ts';
import { tokenRequirements } from './groups/token.ts';
import type { Requirement } from './requirement.ts';

export const authenticatorCatalogue: readonly Requirement[] = [
  ...getInfoRequirements,
  ...makeCredentialParameters,
  ...makeCredentialSteps,
  ...makeCredentialResponse,
  ...getAssertionParameters,
  ...getAssertionSteps,
  ...getAssertionResponse,
  ...discoverableCredentials,
  ...pinParameters,
  ...pinRequirements,
  ...tokenRequirements,
  ...cborRequirements,
  ...credentialManagementRequirements,
  ...extensionRequirements,
  ...configRequirements,
  ...largeBlobRequirements,
  ...selectionRequirements,
  ...resetRequirements,
];
