import { describe, expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { createAuthenticator, type PersonaId, plugIn } from '#emulator';
import { autoApproveUser } from './auto-approve-user.ts';
import { fixedAuthenticators } from './context.ts';
import { create } from './create.ts';
import { CredentialManagement } from './credential-management.ts';
import { Ctap2 } from './ctap2.ts';

const pin = '4862';

async function keyWithPasskeys(persona: PersonaId, ...rpIds: string[]) {
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
  const manage = async (typed = pin) => CredentialManagement.open(ctap, await ctap.getInfo(), typed, systemRandom);
  return { authenticator, manage };
}

describe.each<PersonaId>(['touchstone-complete', 'yubikey-5-nfc'])('credentials of %s', (persona) => {
  test('are counted, found by relying party and taken away', async () => {
    const { authenticator, manage } = await keyWithPasskeys(persona, 'a.example', 'b.example');
    const management = (await manage())!;
    expect(await management.count()).toBe(2);
    const kept = authenticator.inspect().credentials.find(({ rpId }) => rpId === 'b.example')!;
    expect(await management.credentialsOf('b.example')).toEqual([kept.credentialId]);
    expect(await management.credentialsOf('c.example')).toEqual([]);
    await management.delete(kept.credentialId);
    expect(await management.count()).toBe(1);
    await expect(management.delete(kept.credentialId)).rejects.toMatchObject({ status: 'CTAP2_ERR_NO_CREDENTIALS' });
  });

  test('stay where they are behind a wrong PIN', async () => {
    const { manage } = await keyWithPasskeys(persona, 'a.example');
    await expect(manage('9999')).rejects.toMatchObject({ status: 'CTAP2_ERR_PIN_INVALID' });
  });
});

test('a key that does not manage credentials is told apart', async () => {
  const { manage } = await keyWithPasskeys('google-titan-v2');
  expect(await manage()).toBeUndefined();
});
