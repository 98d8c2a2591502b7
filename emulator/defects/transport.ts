/**
 * Defects of message transfer: responses that are missing, late, repeated or too long, and invalid requests that are
 * accepted.
 */
import { concat } from '#base/bytes.ts';
import { defectsDetectedBy } from './defect.ts';

const messages = 'CTAP 2.1 section 3';

export const transportDefects = {
  ...defectsDetectedBy('client', {
    'transport.silent': { title: 'Never sends a response', breaks: messages, answer: () => undefined },
    'transport.empty': {
      title: 'Responses are empty, without a status byte',
      breaks: messages,
      answer: () => new Uint8Array(0),
    },
    'transport.truncated': {
      title: 'Every response is missing its last 8 bytes',
      breaks: 'CTAP 2.1 section 11.2.4',
      answer: (answer) => (answer.length > 8 ? answer.slice(0, -8) : answer),
    },
    'transport.duplicated': {
      title: 'Every response is repeated twice in one message',
      breaks: 'CTAP 2.1 section 11.2.4',
      answer: (answer) => concat(answer, answer),
    },
    'transport.stale': {
      title: 'Every response is the one to the previous request',
      breaks: 'CTAP 2.1 section 11.2.5',
      answer: (answer, previous) => previous ?? answer,
    },
    'transport.oversize': {
      title: 'Responses are padded beyond the maximum CTAPHID message size',
      breaks: 'CTAP 2.1 section 11.2.4',
      answer: (answer) => concat(answer, new Uint8Array(7610)),
    },
    'transport.bit-flipped': {
      title: 'The last bit of every response is inverted',
      breaks: 'CTAP 2.1 section 11.2.4',
      answer: (answer) => answer.map((byte, index) => (index === answer.length - 1 ? byte ^ 1 : byte)),
    },
    'transport.slow': {
      title: 'Every response takes three seconds',
      breaks: 'CTAP 2.1 section 11.2.5.2',
      rules: { answerDelayMs: 3_000 },
    },
    'transport.very-slow': {
      title: 'Every response takes an hour',
      breaks: 'CTAP 2.1 section 11.2.5.2',
      rules: { answerDelayMs: 3_600_000 },
    },
    'transport.no-keepalives': {
      title: 'No keepalives are sent while waiting for the user',
      breaks: 'CTAP 2.1 section 11.2.9.1.7',
      rules: { sendKeepalives: false },
    },
  }),
  ...defectsDetectedBy('suite', {
    'transport.requests-unchecked': {
      title: 'Requests that are not canonical CBOR are accepted',
      breaks: 'CTAP 2.1 section 8',
      rules: { enforceCanonicalRequests: false },
    },
    'transport.size-unchecked': {
      title: 'Requests longer than maxMsgSize are accepted',
      breaks: 'CTAP 2.1 section 6.4',
      rules: { enforceMaxMessageSize: false },
    },
  }),
};
