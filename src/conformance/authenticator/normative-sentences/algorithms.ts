/** The algorithms with numbered steps, CTAP 2.1 sections 6.1.2 and 6.2.2. */
import type { StepSection } from './section.ts';

const source = 'the numbers of the steps that the emulator implements in the order of the section';

export const algorithms: readonly StepSection[] = [
  {
    kind: 'steps',
    document: 'CTAP 2.1',
    section: '6.1.2',
    title: 'authenticatorMakeCredential algorithm',
    steps: 19,
    source,
    uncited: {
      4: { reason: 'Sets internal values to their initial state; only later steps make them visible' },
      7: ['upuv.uv-not-required', 'makecred.token.not-required'],
      13: ['upuv.flags.registration-built-in'],
      15: ['ext.unknown', 'ext.none', 'ext.cred-protect'],
      18: ['rk.not-stored'],
      19: ['makecred.response.packed', 'makecred.response.fmt'],
    },
  },
  {
    kind: 'steps',
    document: 'CTAP 2.1',
    section: '6.2.2',
    title: 'authenticatorGetAssertion algorithm',
    steps: 13,
    source,
    uncited: {
      3: { reason: 'Sets internal values to their initial state; only later steps make them visible' },
      8: ['upuv.flags.assertion-built-in'],
      11: ['getassert.allow-list'],
    },
  },
];
