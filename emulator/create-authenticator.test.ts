import { expect, it } from 'vitest';
import { flag } from '#protocol/authenticator-data.ts';
import { createAuthenticator } from './index.ts';
import { TestPlatform } from './testing/test-platform.ts';

it('applies the changes of the caller after those of the defects', async () => {
  const flagsSeen: number[] = [];
  const authenticator = createAuthenticator({
    persona: 'touchstone-key',
    defects: ['flags.up-missing'],
    changes: [
      {
        authData(data) {
          flagsSeen.push(data.flags & flag.UP);
          return { ...data, signCount: 7 };
        },
      },
    ],
  });
  const { response } = await new TestPlatform(authenticator).makeCredential();
  expect(flagsSeen).toEqual([0]);
  expect(response.authData.subarray(33, 37)).toEqual(Uint8Array.of(0, 0, 0, 7));
});
