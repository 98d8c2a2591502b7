/** Which models and which kinds of passkeys a site allows: WebAuthn L3 section 7.1 steps 18 and 23. */
import type { ModelPolicy } from '../ceremony-settings.ts';
import type { RegistrationCase, RegistrationChange } from '../relying-party-case.ts';
import { accept, type BaseChanges, type Rows, refuse, registrationCases } from './define.ts';

const certified: BaseChanges = { attestation: 'packed-basic' };
const otherModel = '00000000-0000-4000-8000-000000000001';
const row = refuse<RegistrationChange>;
const control = accept<RegistrationChange>;

/** Each row with its policy. `own` is the model of the authenticator. */
const rows = {
  'models.denied': [{ denied: ['own'] }, row('policy.model', 'The model is on the deny list', {}, certified)],
  'models.denied-among-others': [
    { denied: [otherModel, 'own'] },
    row('policy.model', 'The model is on the deny list, beside another one', {}, certified),
  ],
  'models.not-allowed': [
    { allowed: [otherModel] },
    row('policy.model', 'The model is not on the allow list', {}, certified),
  ],
  'models.nothing-allowed': [{ allowed: [] }, row('policy.model', 'The allow list is empty', {}, certified)],
  'models.control-allowed': [{ allowed: ['own'] }, control('The model is on the allow list', {}, certified)],
  'models.control-others-denied': [
    { denied: [otherModel] },
    control('Another model is on the deny list', {}, certified),
  ],
  'synced.denied': [
    { synced: 'denied' },
    row('policy.synced', 'The passkey is synced, and only those of one device are allowed', {}, { synced: true }),
  ],
  'synced.denied-not-backed-up': [
    { synced: 'denied' },
    row(
      'policy.synced',
      'The passkey can be synced, but is not backed up yet',
      { authenticator: { authData: (data) => ({ ...data, flags: data.flags & ~0x10 }) } },
      { synced: true },
    ),
  ],
  'synced.control': [{ synced: 'denied' }, control('The passkey is that of one device', {})],
} as const satisfies Record<string, readonly [policy: ModelPolicy, row: Rows<RegistrationChange>[string]]>;

export const policyCases: RegistrationCase[] = registrationCases(
  'policy',
  {},
  Object.fromEntries(Object.entries(rows).map(([name, [, one]]) => [name, one])),
).map((one) => ({ ...one, policy: rows[one.id.slice('policy.'.length) as keyof typeof rows][0] }));
