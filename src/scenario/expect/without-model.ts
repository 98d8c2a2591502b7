/** Removes from an observation what the case describes for an emulated key, when it has run with another authenticator. */
import type { Authenticators } from '../parties/key-under-test.ts';
import { type Observation, Unobservable } from './observation.ts';

/** Values of the relying party that depend on the model of the key. */
const modelFacts = [
  'aaguid',
  'fmt',
  'attestation',
  'chain',
  'attachment',
  'backup-eligible',
  'backed-up',
  'transports',
  'alg',
  'sign-count',
] as const;

/** Returns the observation without what follows from the model of the key, and without its exchanges. */
export function withoutModel(
  observation: Observation,
  { exchanges, model }: NonNullable<Authenticators['notObservable']>,
): Observation {
  const { passkey, ...records } = observation['relying-party'];
  const hidden = Object.fromEntries(modelFacts.map((name) => [name, new Unobservable(model)]));
  const isPasskey = typeof passkey === 'object' && !(passkey instanceof Unobservable);
  const device = observation['this-device'];
  return {
    ...observation,
    'relying-party': { ...records, passkey: isPasskey ? { ...passkey, ...hidden } : passkey },
    'this-device': device === 'none' ? device : new Unobservable(model),
    browser: { ...observation.browser, transports: new Unobservable(model) },
    wire: new Unobservable(exchanges),
  };
}
