/** The catalogue of requirements on authenticators, in the order in which they run. */
import { getAssertionParameters } from './groups/getassert-parameters.ts';
import { makeCredentialParameters } from './groups/makecred-parameters.ts';
import type { Requirement } from './requirement.ts';

export const authenticatorCatalogue: readonly Requirement[] = [...makeCredentialParameters, ...getAssertionParameters];
