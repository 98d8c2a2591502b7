/** Defects of the state that survives a power cycle. */
import type { Rules } from '../fault-hooks.ts';
import { defectsDetectedBy } from './defect.ts';

const lost = (what: string, section: string, rules: Partial<Rules>) => ({
  title: `A power cycle ${what}`,
  breaks: `CTAP 2.1 section ${section}`,
  rules,
});

export const persistenceDefects = defectsDetectedBy('suite', {
  'persistence.credentials-lost': lost('deletes the credentials', '6.1.2', { keepCredentialsAtPowerUp: false }),
  'persistence.pin-lost': lost('deletes the PIN', '6.5.5.5', { keepPinAtPowerUp: false }),
  'persistence.retries-restored': lost('restores the PIN and UV retries', '6.5.2.3', { keepRetriesAtPowerUp: false }),
  'persistence.counter-restarts': {
    ...lost('sets the signature counter to zero', '', { keepSignCountAtPowerUp: false }),
    breaks: 'WebAuthn L3 section 6.1.1',
  },
  'persistence.large-blobs-lost': lost('deletes the large-blob array', '6.10', { keepLargeBlobsAtPowerUp: false }),
  'persistence.settings-lost': lost('restores the settings of authenticatorConfig', '6.11', {
    keepSettingsAtPowerUp: false,
  }),
  'persistence.fingerprints-lost': lost('deletes the fingerprints', '6.7', { keepFingerprintsAtPowerUp: false }),
});
