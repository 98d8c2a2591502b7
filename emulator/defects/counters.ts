/** The signature counter, WebAuthn L3 section 6.1.1. */
import { trying } from './defect.ts';
import { atRegistration, atSignIn } from './mutators.ts';

const section = 'WebAuthn L3 section 6.1.1';

export const counterDefects = {
  ...trying('relying-party', {
    'counter.stuck': { title: 'The counter never rises', breaks: section, rules: { counterStep: 0 } },
    'counter.falls': {
      title: 'The counter falls with every signature',
      breaks: section,
      authData: (data) => ({ ...data, signCount: 0x1000_0000 - data.signCount }),
    },
    'counter.zero-at-sign-in': {
      title: 'The counter starts above zero and is zero at sign-in',
      breaks: section,
      ...atSignIn((data) => ({ ...data, signCount: 0 })),
    },
    'counter.exhausted': {
      title: 'The counter is at its greatest value from the start',
      breaks: section,
      ...atRegistration((data) => ({ ...data, signCount: 0xffff_ffff })),
    },
  }),
  ...trying('suite', {
    'counter.little-endian': {
      title: 'The counter is written with its least byte first',
      breaks: 'WebAuthn L3 section 6.1',
      encodedAuthData: (bytes) => {
        const changed = bytes.slice();
        changed.subarray(33, 37).reverse();
        return changed;
      },
    },
    'counter.leaps': {
      title: 'The counter rises by 65536 with every signature: it is exhausted after 65535',
      breaks: section,
      rules: { counterStep: 0x1_0000 },
    },
  }),
};
