import { expect, it } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { openStore } from '../store/libsql-store.ts';
import { startPortal } from './portal.ts';

const start = (listsRelatedOrigin?: boolean) =>
  startPortal({
    store: openStore(),
    clock: new AdjustableClock(),
    random: systemRandom,
    rpId: 'contoso.example',
    siteHost: 'contoso.localhost',
    listsRelatedOrigin,
    passwordCost: { N: 2, r: 1, p: 1 },
  });

it('the document of related origins lists the origin of the pages', async () => {
  await using portal = await start(true);
  expect(portal.origin).toMatch(/^http:\/\/contoso\.localhost:\d+$/);
  const response = await portal.request('/.well-known/webauthn');
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await response.json()).toEqual({ origins: [portal.origin] });
});

it('there is no such document unless the portal is asked to have one', async () => {
  await using portal = await start();
  expect((await portal.request('/.well-known/webauthn')).status).toBe(404);
});
