/** The catalogue of requirements on authenticators, in the order in which they run. */
import { getAssertionSteps } from './groups/getassert.ts';
import { getAssertionParameters } from './groups/getassert-parameters.ts';
import { makeCredentialSteps } from './groups/makecred.ts';
import { makeCredentialParameters } from './groups/makecred-parameters.ts';
import { makeCredentialResponse } from './groups/makecred-response.ts';
import type { Requirement } from './requirement.ts';

export const authenticatorCatalogue: readonly Requirement[] = [
  ...makeCredentialParameters,
  ...makeCredentialSteps,
  ...makeCredentialResponse,
  ...getAssertionParameters,
  ...getAssertionSteps,
];
