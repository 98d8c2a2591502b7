/** Causes in the policy of the organisation: who may add passkeys (steps S0 to S2 of the flow). */
import { everyone } from '#relying-party/config.ts';
import { causesOf, when } from '../cause.ts';

const isMember = (groups: readonly string[], all: readonly string[]) =>
  all.some((group) => group === everyone || groups.includes(group));

export const organisationCauses = causesOf('organisation', [
  {
    id: 'guest',
    title: 'The user is a guest of the organisation.',
    advice: 'Let the guest add the passkey in the home organisation.',
    source: 'Flow step S2',
    predictions: [when(['user.guest'], (guest) => guest)],
    seen: { refusals: ['guest', 'tap-guest'] },
  },
  {
    id: 'user-excluded',
    title: 'The user is in a group that is excluded from passkeys. Exclusion takes precedence over inclusion.',
    advice: 'Take the user out of the excluded group, or the group out of the policy.',
    source: 'Flow step S2',
    predictions: [when(['policy.excluded-groups', 'user.groups'], (excluded, groups) => isMember(groups, excluded))],
    seen: { refusals: ['user-excluded'] },
  },
  {
    id: 'passkeys-off',
    title: 'Passkeys are not turned on for any group of the user.',
    advice: 'Add a group of the user to the method’s policy.',
    source: 'Flow step S2',
    predictions: [when(['policy.included-groups', 'user.groups'], (included, groups) => !isMember(groups, included))],
    seen: { refusals: ['passkeys-off'] },
  },
  {
    id: 'self-service-off',
    title: 'The organisation does not let users add passkeys themselves.',
    advice: 'Turn on self-service set-up, or register the passkey for the user.',
    source: 'Flow step S2',
    predictions: [when(['policy.self-service'], (on) => !on)],
    seen: { refusals: ['self-service-off'] },
  },
  {
    id: 'too-many-passkeys',
    title: 'The user has as many passkeys as the organisation allows.',
    advice: 'Delete a passkey that is no longer used.',
    source: 'Flow step S2',
    predictions: [when(['policy.max-passkeys', 'user.passkeys'], (most, passkeys) => passkeys >= most)],
    seen: { refusals: ['too-many-passkeys'] },
  },
]);
