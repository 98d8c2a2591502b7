/** All causes in the order of the registration flow. */
import { type Cause, type Layer, layers } from './cause.ts';
import { attestationCauses, modelCauses } from './causes/attestation.ts';
import { browserCauses } from './causes/browser.ts';
import { gestureCauses } from './causes/gesture.ts';
import { identityCauses } from './causes/identity.ts';
import { keyCauses } from './causes/key.ts';
import { organisationCauses } from './causes/organisation.ts';
import { pageCauses } from './causes/page.ts';
import { pinCauses } from './causes/pin.ts';
import { placeCauses } from './causes/place.ts';
import { finishCauses, verificationCauses } from './causes/verification.ts';

export const causes: readonly Cause[] = [
  ...organisationCauses,
  ...identityCauses,
  ...pageCauses,
  ...browserCauses,
  ...placeCauses,
  ...keyCauses,
  ...pinCauses,
  ...gestureCauses,
  ...attestationCauses,
  ...modelCauses,
  ...verificationCauses,
  ...finishCauses,
];

const layerNames = Object.keys(layers) as Layer[];

/** Position of a layer in the order of the flow, from 0. */
export const positionOf = (layer: Layer): number => layerNames.indexOf(layer);
