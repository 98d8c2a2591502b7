/** Defects of the signature counter, WebAuthn L3 section 6.1.1. */
import { defectsDetectedBy } from './defect.ts';
import { editAssertionData, editRegistrationData } from './mutators.ts';

const section = 'WebAuthn L3 section 6.1.1';

export const counterDefects = {
  ...defectsDetectedBy('relying-party', {
    'counter.stuck': { title: 'The counter never increases', breaks: section, rules: { signCountStep: 0 } },
    'counter.falls': {
      title: 'The counter decreases with every signature',
      breaks: section,
      authData: (data) => ({ ...data, signCount: 0x1000_0000 - data.signCount }),
    },
    'counter.zero-at-sign-in': {
      title: 'The counter is above zero at registration and zero at sign-in',
      breaks: section,
      ...editAssertionData((data) => ({ ...data, signCount: 0 })),
    },
    'counter.exhausted': {
      title: 'The counter has its maximum value from the start',
      breaks: section,
      ...editRegistrationData((data) => ({ ...data, signCount: 0xffff_ffff })),
    },
  }),
  ...defectsDetectedBy('suite', {
    'counter.little-endian': {
      title: 'The counter is little-endian',
      breaks: 'WebAuthn L3 section 6.1',
      encodedAuthData: (bytes) => {
        const changed = bytes.slice();
        changed.subarray(33, 37).reverse();
        return changed;
      },
    },
    'counter.leaps': {
      title: 'The counter increases by 65536 with every signature, so it overflows after 65535 signatures',
      breaks: section,
      rules: { signCountStep: 0x1_0000 },
    },
  }),
};
