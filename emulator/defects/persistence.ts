/** Defects of the state that survives a power cycle. */
import type { Rules } from '../fault-hooks.ts';
import { defectsDetectedBy } from './defect.ts';

const lost = (what: string, breaks: string, rules: Partial<Rules>) => ({
  title: `A power cycle ${what}`,
  breaks,
  rules,
});

export const persistenceDefects = defectsDetectedBy('suite', {
  'persistence.credentials-lost': lost('deletes the credentials', 'CTAP 2.1 section 6.1.2', {
    keepCredentialsAtPowerUp: false,
  }),
  'persistence.pin-lost': lost('deletes the PIN', 'CTAP 2.1 section 6.5.5.5', { keepPinAtPowerUp: false }),
  'persistence.retries-restored': lost('restores the PIN and UV retries', 'CTAP 2.1 section 6.5.2.3', {
    keepRetriesAtPowerUp: false,
  }),
  'persistence.counter-restarts': lost('sets the signature counter to zero', 'WebAuthn L3 section 6.1.1', {
    keepSignCountAtPowerUp: false,
  }),
  'persistence.large-blobs-lost': lost('deletes the large-blob array', 'CTAP 2.1 section 6.10', {
    keepLargeBlobsAtPowerUp: false,
  }),
  'persistence.settings-lost': lost('restores the settings of authenticatorConfig', 'CTAP 2.1 section 6.11', {
    keepSettingsAtPowerUp: false,
  }),
  'persistence.fingerprints-lost': lost('deletes the fingerprints', 'CTAP 2.1 section 6.7', {
    keepFingerprintsAtPowerUp: false,
  }),
});
