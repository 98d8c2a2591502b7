/** How answers arrive: not at all, late, twice, too long; and requests that should not have been taken. */
import { concat } from '#base/bytes.ts';
import { trying } from './defect.ts';

const answers = 'CTAP 2.1 section 3';

export const transportDefects = {
  ...trying('client', {
    'transport.silent': { title: 'Never answers', breaks: answers, answer: () => undefined },
    'transport.empty': {
      title: 'Answers have no bytes, not even a status',
      breaks: answers,
      answer: () => new Uint8Array(0),
    },
    'transport.truncated': {
      title: 'Every answer lacks its last bytes',
      breaks: 'CTAP 2.1 section 11.2.4',
      answer: (answer) => (answer.length > 8 ? answer.slice(0, -8) : answer),
    },
    'transport.duplicated': {
      title: 'Every answer comes twice in a row, as one',
      breaks: 'CTAP 2.1 section 11.2.4',
      answer: (answer) => concat(answer, answer),
    },
    'transport.stale': {
      title: 'Every answer is the one before',
      breaks: 'CTAP 2.1 section 11.2.5',
      answer: (answer, previous) => previous ?? answer,
    },
    'transport.oversize': {
      title: 'Answers are padded to more than a CTAPHID message can carry',
      breaks: 'CTAP 2.1 section 11.2.4',
      answer: (answer) => concat(answer, new Uint8Array(7610)),
    },
    'transport.bit-flipped': {
      title: 'The last bit of every answer is wrong',
      breaks: 'CTAP 2.1 section 11.2.4',
      answer: (answer) => answer.map((byte, index) => (index === answer.length - 1 ? byte ^ 1 : byte)),
    },
    'transport.slow': {
      title: 'Every answer takes three seconds',
      breaks: 'CTAP 2.1 section 11.2.5.2',
      rules: { answerDelayMs: 3_000 },
    },
    'transport.very-slow': {
      title: 'Every answer takes an hour',
      breaks: 'CTAP 2.1 section 11.2.5.2',
      rules: { answerDelayMs: 3_600_000 },
    },
    'transport.no-keepalives': {
      title: 'Waits for the user without telling the host',
      breaks: 'CTAP 2.1 section 11.2.9.1.7',
      rules: { keepalivesAreSent: false },
    },
  }),
  ...trying('suite', {
    'transport.requests-unchecked': {
      title: 'Takes requests that are not canonical CBOR',
      breaks: 'CTAP 2.1 section 8',
      rules: { requestsAreCanonical: false },
    },
    'transport.size-unchecked': {
      title: 'Takes requests longer than its maxMsgSize',
      breaks: 'CTAP 2.1 section 6.4',
      rules: { messageSizeMatters: false },
    },
  }),
};
