/**
 * create() called by a page, in one Chromium: through both routes of the bridge with client and emulator behind them, through
 * the virtual authenticator of Playwright (an init script as well, without CTAP or PIN), and through Chromium's own.
 */
import type { Browser, BrowserContext, Page } from 'playwright';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import type { Bridge, BridgeRoute } from '#browser/bridge.ts';
import { launchBrowser } from '#browser/launch.ts';
import { openBridge } from '#browser/open-bridge.ts';
import type { WebAuthnHandler } from '#browser/webauthn-handler.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import { fixedAuthenticators } from '#client/context.ts';
import { create } from '#client/create.ts';
import type { PublicKeyCredentialCreationOptionsJSON } from '#client/credential-options.ts';
import { autoTouch, createAuthenticator, plugIn } from '#emulator';
import { startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { median, type Percentiles, percentiles } from '#result/statistics.ts';
import { ratiosOf, type Spread, spreadOf } from './row.ts';

const pin = '1234';
const rounds = 5;
/** In each round, the contenders take turns this many times. Short turns: a busy machine then affects neighbours equally. */
const turns = 6;
const callsPerTurn = 15;
const baseline = 'context.credentials of Playwright';

export interface PageFigures extends Percentiles {
  name: string;
  /** p50 as a multiple of Playwright's, over the rounds. */
  ratio: Spread;
}

/** One way to answer create(), in its own page. */
interface Contender {
  name: string;
  page: Page;
  userVerification: UserVerificationRequirement;
  /** Milliseconds of each call, by turn. */
  times: number[][];
}

/** Returns the milliseconds of `navigator.credentials.create()` for each contender, measured in interleaved rounds. */
export async function benchPage(): Promise<PageFigures[]> {
  await using store = openStore();
  await using portal = await startPortal({ store, clock: systemClock, random: systemRandom });
  const browser = await launchBrowser();
  try {
    await using proxy = await openBridge(browser, 'proxy');
    await using shim = await openBridge(browser, 'shim');
    const contenders = await openContenders(browser, { proxy, shim });
    for (const { page } of contenders) await page.goto(`${portal.origin}/sign-in`);
    await measure(contenders);
    return compare(contenders);
  } finally {
    await browser.close();
  }
}

/** The first round is a warm-up. Every second turn runs in reverse order, as in `interleave`. */
async function measure(contenders: readonly Contender[]): Promise<void> {
  for (let turn = 0; turn < (rounds + 1) * turns; turn++)
    for (const { page, userVerification, times } of turn % 2 === 0 ? contenders : contenders.toReversed())
      times.push(await page.evaluate(createInPage, { count: callsPerTurn, userVerification }));
  for (const { times } of contenders) times.splice(0, turns);
}

async function openContenders(browser: Browser, bridges: Record<BridgeRoute, Bridge>): Promise<Contender[]> {
  const contenders: Contender[] = [];
  const add = async (name: string, context: BrowserContext, userVerification: UserVerificationRequirement) => {
    const page = context.pages()[0] ?? (await context.newPage());
    contenders.push({ name, page, userVerification, times: [] });
    return page;
  };
  for (const [route, bridge] of Object.entries(bridges)) {
    for (const hasPin of [true, false]) {
      const context = await browser.newContext();
      await bridge.attach(context, createHandler(hasPin));
      await add(`${route}, ${hasPin ? 'PIN' : 'no PIN'}`, context, hasPin ? 'required' : 'discouraged');
    }
  }
  const playwright = await browser.newContext();
  await playwright.credentials.install();
  await add(baseline, playwright, 'required');
  const cdp = await browser.newContext();
  await addVirtualAuthenticator(cdp, await add('virtual authenticator of Chromium (CDP)', cdp, 'required'));
  return contenders;
}

function createHandler(hasPin: boolean): WebAuthnHandler {
  const options = { persona: 'yubikey-5-nfc', gestures: autoTouch, ...(hasPin && { pin }) } as const;
  const device = plugIn(createAuthenticator(options));
  const authenticators = fixedAuthenticators({ id: 'key', kind: 'security-key', label: 'Key', device });
  const parts = { authenticators, user: autoApproveUser({ pin }), clock: systemClock, random: systemRandom };
  return {
    create: ({ publicKey, ...caller }, signal) =>
      create(publicKey as PublicKeyCredentialCreationOptionsJSON, { ...parts, ...caller, signal }),
    get: () => Promise.reject(new Error('The benchmark does not sign in')),
    isUserVerifyingPlatformAuthenticatorAvailable: async () => false,
  };
}

async function addVirtualAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const verified = { hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const options = { protocol: 'ctap2', transport: 'usb', ...verified } as const;
  await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
}

/** The ratio of a round is the median over its turns. */
function compare(contenders: readonly Contender[]): PageFigures[] {
  const medians = new Map(contenders.map(({ name, times }) => [name, times.map(median)]));
  const theirs = medians.get(baseline) ?? [];
  return contenders.map(({ name, times }) => {
    const ratios = ratiosOf(medians.get(name) ?? [], theirs);
    const byRound = Array.from({ length: rounds }, (_, round) => ratios.slice(round * turns, (round + 1) * turns));
    return { name, ...percentiles(times.flat()), ratio: spreadOf(byRound.map(median)) };
  });
}

/** Runs in the page. */
async function createInPage({ count, userVerification }: Pick<Contender, 'userVerification'> & { count: number }) {
  const times: number[] = [];
  for (let done = 0; done < count; done++) {
    const start = performance.now();
    await navigator.credentials.create({
      publicKey: {
        rp: { id: 'localhost', name: 'Contoso' },
        user: { id: crypto.getRandomValues(new Uint8Array(32)), name: 'adele', displayName: 'Adele' },
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'discouraged', userVerification },
        attestation: 'direct',
      },
    });
    times.push(performance.now() - start);
  }
  return times;
}
