import { expect, test } from 'vitest';
import { createAuthenticator, plugIn } from '#emulator';
import { systemClock, systemRandom } from '#protocol/seams.ts';
import { fixedAuthenticators } from './context.ts';
import { create } from './create.ts';
import { instantUser } from './instant-user.ts';

test('creates', async () => {
  const authenticator = createAuthenticator({ persona: 'yubikey-5-nfc', pin: '1234' });
  const device = plugIn(authenticator);
  const response = await create(
    {
      rp: { id: 'example.com', name: 'Example' },
      user: { id: 'AQID', name: 'a', displayName: 'A' },
      challenge: 'AAAA',
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    },
    {
      origin: 'https://login.example.com',
      authenticators: fixedAuthenticators({ id: 'k', kind: 'security-key', label: 'Key', device }),
      user: instantUser({ pin: '1234' }),
      clock: systemClock,
      random: systemRandom,
    },
  );
  expect(response).toBe(1);
});
