/** Measures create() as called by a page in Chromium, with bridge, client and emulator. */

import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { launchBrowser } from '#browser/launch.ts';
import { openBridge } from '#browser/open-bridge.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import { fixedAuthenticators } from '#client/context.ts';
import { create } from '#client/create.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from '#client/credential-options.ts';
import { get } from '#client/get.ts';
import { autoTouch, createAuthenticator, plugIn } from '#emulator';
import { startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { type Percentiles, percentiles } from '#result/statistics.ts';

const pin = '1234';

/** Returns percentiles of the milliseconds of `count` calls of `navigator.credentials.create()` in one page. */
export async function benchPage(count = 200): Promise<Percentiles> {
  await using store = openStore();
  await using portal = await startPortal({ store, clock: systemClock, random: systemRandom });
  const browser = await launchBrowser();
  try {
    await using bridge = await openBridge(browser);
    const context = await browser.newContext();
    const device = plugIn(createAuthenticator({ persona: 'yubikey-5-nfc', gestures: autoTouch, pin }));
    const authenticators = fixedAuthenticators({ id: 'key', kind: 'security-key', label: 'Key', device });
    const clientContext = { authenticators, user: autoApproveUser({ pin }), clock: systemClock, random: systemRandom };
    await bridge.attach(context, {
      create: ({ publicKey, ...caller }, signal) =>
        create(publicKey as PublicKeyCredentialCreationOptionsJSON, { ...clientContext, ...caller, signal }),
      get: ({ publicKey, ...caller }, signal) => get(publicKey as never, { ...clientContext, ...caller, signal }),
      isUserVerifyingPlatformAuthenticatorAvailable: async () => false,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(`${portal.origin}/sign-in`);
    const times = await page.evaluate(createInPage, count + warmUp);
    return percentiles(times.slice(warmUp));
  } finally {
    await browser.close();
  }
}

const warmUp = 20;

/** Runs in the page. Returns the milliseconds of each call. */
async function createInPage(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let done = 0; done < count; done++) {
    const start = performance.now();
    await navigator.credentials.create({
      publicKey: {
        rp: { id: 'localhost', name: 'Contoso' },
        user: { id: crypto.getRandomValues(new Uint8Array(32)), name: 'adele', displayName: 'Adele' },
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' },
        attestation: 'direct',
      },
    });
    times.push(performance.now() - start);
  }
  return times;
}
