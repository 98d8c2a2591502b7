import { describe, expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { defined } from '#base/testing/defined.ts';
import { createAuthenticator, type PersonaId, plugIn } from '#emulator';
import { autoApproveUser } from './auto-approve-user.ts';
import { fixedAuthenticators } from './context.ts';
import { create } from './create.ts';
import { CredentialManagement } from './credential-management.ts';
import { Ctap2 } from './ctap2.ts';

const pin = '4862';

/** Creates a key with a passkey for each RP ID. `manage` opens its credential management. */
async function createKeyWithPasskeys(persona: PersonaId, ...rpIds: string[]) {
  const authenticator = createAuthenticator({ persona, pin });
  const device = plugIn(authenticator);
  for (const rpId of rpIds)
    await create(
      {
        rp: { name: rpId },
        user: { id: 'AQID', name: 'qa', displayName: 'QA' },
        challenge: 'AAAA',
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'required' },
      },
      {
        origin: `https://${rpId}`,
        authenticators: fixedAuthenticators({ id: 'key', kind: 'security-key', label: 'key', device }),
        user: autoApproveUser({ pin }),
        clock: systemClock,
        random: systemRandom,
      },
    );
  const ctap = new Ctap2(device, { clock: systemClock });
  const manage = async (enteredPin = pin) =>
    CredentialManagement.open(ctap, await ctap.getInfo(), enteredPin, systemRandom);
  return { authenticator, manage };
}

describe.each<PersonaId>(['touchstone-complete', 'yubikey-5-nfc'])('credential management on %s', (persona) => {
  test('counts credentials, lists them by relying party and deletes them', async () => {
    const { authenticator, manage } = await createKeyWithPasskeys(persona, 'a.example', 'b.example');
    const management = defined(await manage());
    expect(await management.count()).toBe(2);
    const stored = defined(authenticator.inspect().credentials.find(({ rpId }) => rpId === 'b.example'));
    expect(await management.listCredentialIds('b.example')).toEqual([stored.credentialId]);
    expect(await management.listCredentialIds('c.example')).toEqual([]);
    await management.delete(stored.credentialId);
    expect(await management.count()).toBe(1);
    await expect(management.delete(stored.credentialId)).rejects.toMatchObject({ status: 'CTAP2_ERR_NO_CREDENTIALS' });
  });

  test('rejects a wrong PIN', async () => {
    const { manage } = await createKeyWithPasskeys(persona, 'a.example');
    await expect(manage('9999')).rejects.toMatchObject({ status: 'CTAP2_ERR_PIN_INVALID' });
  });
});

test('open() returns undefined for a key without credential management', async () => {
  const { manage } = await createKeyWithPasskeys('google-titan-v2');
  expect(await manage()).toBeUndefined();
});
