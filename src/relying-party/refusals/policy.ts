/** Refusals of a credential by the organisation's policy (step S5): the kind of passkey and the authenticator model. */
import { type RefusalTable, tryOtherAuthenticator } from './row.ts';

export const policyRefusals = {
  'security-keys-not-allowed': {
    http: 400,
    why: 'Your organisation doesn’t allow security keys.',
    advice: 'Save the passkey on this device instead.',
    section: 'S5',
  },
  'this-device-not-allowed': {
    http: 400,
    why: 'Your organisation doesn’t allow passkeys that are kept in a computer or phone.',
    advice: 'Use a security key instead.',
    section: 'S5',
  },
  'synced-not-allowed': {
    http: 400,
    why: 'Your organisation doesn’t allow passkeys that are synced between devices.',
    advice: 'Use a security key or another place to save the passkey.',
    section: 'S5',
  },
  'authenticator-kind-unknown': {
    http: 400,
    why: 'We couldn’t tell where your browser saved the passkey, and your organisation restricts that.',
    advice: 'Try another browser.',
    section: 'S5',
  },
  'aaguid-not-allowed': {
    http: 400,
    why: 'Your organisation doesn’t allow this model of security key or passkey provider.',
    advice: tryOtherAuthenticator,
    section: 'key restrictions',
  },
} as const satisfies RefusalTable;
