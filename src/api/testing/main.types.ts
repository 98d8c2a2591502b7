/** Type tests of `touchstone`: the compiler checks this file, nothing runs it. */
import { expectTypeOf } from 'vitest';
import type * as client from '../client.ts';
import * as touchstone from '../main.ts';

expectTypeOf(touchstone.createAuthenticator).toBeCallableWith({ persona: 'yubikey-5-nfc', pin: '1234' });
// @ts-expect-error: there is no persona with this id
touchstone.createAuthenticator({ persona: 'yubikey-6' });
// @ts-expect-error: the persona is required
touchstone.createAuthenticator({ pin: '1234' });

const device = touchstone.plugIn(touchstone.createAuthenticator({ persona: 'solo' }));
expectTypeOf(device).toExtend<client.CtapDevice>();
expectTypeOf(device.transact).parameter(0).toEqualTypeOf<Uint8Array>();

expectTypeOf(touchstone.create).toEqualTypeOf<typeof client.create>();
expectTypeOf(touchstone.get).toEqualTypeOf<typeof client.get>();
expectTypeOf(touchstone.autoApproveUser).toBeCallableWith({ pin: ['0000', '1234'] });
expectTypeOf(touchstone.systemClock).toEqualTypeOf<client.Clock>();
expectTypeOf(touchstone.systemRandom).toEqualTypeOf<client.Random>();
expectTypeOf<touchstone.PersonaId>().toExtend<string>();
expectTypeOf<string>().not.toExtend<touchstone.PersonaId>();

export const context: touchstone.ClientContext = {
  origin: 'https://example.com',
  authenticators: touchstone.fixedAuthenticators({ id: 'key', kind: 'security-key', label: 'Key', device }),
  user: touchstone.autoApproveUser(),
  clock: touchstone.systemClock,
  random: touchstone.systemRandom,
};
