/**
 * The passkeys that users of sites sign in with (`sign-in-with: passkey` in a site file). A passkey is registered when the first case of this
 * process needs it, and stays in its own authenticator. Every case signs in with it in a new browser context, so the cases
 * do not depend on their order.
 */

import type { Page } from 'playwright';
import { systemClock } from '#base/clock.ts';
import { messageOf, UnavailableError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { goTo } from '#browser/go-to.ts';
import type { WebAuthnHandler } from '#browser/webauthn-handler.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import type { AuthenticatorSource } from '#client/context.ts';
import { create } from '#client/create.ts';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '#client/credential-options.ts';
import { get } from '#client/get.ts';
import { Timeline } from '#result/timeline.ts';
import type { SiteDefinition } from '../../language/site-definition.ts';
import type { SiteWord } from '../../language/site-words.ts';
import type { Organisation } from '../organisation.ts';
import { RequestLog } from './request-log.ts';
import { Site } from './site.ts';
import { SiteFlow } from './site-flow.ts';

/** Authenticators that are touched at once, and the PIN of the security key among them. */
export interface UserKeys {
  authenticators: AuthenticatorSource;
  pin: string;
}

/** A user at a site, in the browser context of a case. */
export interface SiteVisit {
  page: Page;
  url: string;
  definition: SiteDefinition;
  organisation: Organisation;
  /** Sends the WebAuthn requests of the page to a handler. */
  handle(handler: WebAuthnHandler): Promise<void>;
  reactionMs: number;
}

interface EndedCeremony {
  method: 'create' | 'get';
  /** DOMException name, or `none`. */
  error: string;
  /** `performance.now()` */
  endedAt: number;
}

const passkeyName = 'Touchstone';
/** The words before and after create(), in the order of the flow. A site may need only some of them. */
const wordsBefore: readonly SiteWord[] = [
  'open-security-info',
  'add-sign-in-method',
  'choose-method.passkey',
  'mfa.totp',
];
const wordsAfter: readonly SiteWord[] = ['name', 'done'];

export class UserPasskeys {
  readonly #createKeys: () => UserKeys;
  readonly #reactionMs: number;
  /** By address of the site and name of the user. */
  readonly #registered = new Map<string, UserKeys>();

  /** `reactionMs`: how long a page may take to call create() or get() after the steps of the site file. */
  constructor(createKeys: () => UserKeys, reactionMs = 10_000) {
    this.#createKeys = createKeys;
    this.#reactionMs = reactionMs;
  }

  /**
   * Signs the user in with their passkey, which is registered first if this process has not done so.
   * @throws {UnavailableError} if a step of the site file fails, or if `signal` aborts.
   */
  async signIn(place: Omit<SiteVisit, 'reactionMs'>, signal: AbortSignal): Promise<void> {
    const visit = { ...place, reactionMs: this.#reactionMs };
    const user = JSON.stringify([visit.url, visit.organisation.user().name]);
    const known = this.#registered.get(user);
    const keys = known ?? this.#createKeys();
    if (!known) {
      await explained('Cannot register the passkey of the user', () => register(visit, keys, signal));
      this.#registered.set(user, keys);
    }
    await explained('Cannot sign in with the passkey of the user', () => signInWith(visit, keys, signal));
  }
}

async function explained(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new UnavailableError(`${what}: ${messageOf(cause)}`, { cause });
  }
}

/** Performs the words of a registration that the site file has, and signs the user out. */
async function register(visit: SiteVisit, keys: UserKeys, signal: AbortSignal): Promise<void> {
  const { site, run, whenEnded } = await openVisit(visit, keys, signal);
  for (const word of wordsBefore) await run(word);
  await site.settle(await whenEnded('create'));
  for (const word of wordsAfter) await run(word);
  await site.settle();
  await forget(await site.page());
}

async function signInWith(visit: SiteVisit, keys: UserKeys, signal: AbortSignal): Promise<void> {
  const { site, run, whenEnded } = await openVisit(visit, keys, signal);
  await run('sign-in-with-passkey');
  await site.settle(await whenEnded('get'));
  const { status = 200 } = site.requests.answered('sign-in-result') ?? {};
  if (status >= 400) throw new Error(`the site answered with status ${status}`);
}

async function openVisit(
  { page, url, definition, organisation, handle, reactionMs }: SiteVisit,
  keys: UserKeys,
  signal: AbortSignal,
) {
  const requests = new RequestLog({ origin: new URL(url).origin, requests: definition.requests });
  const site = new Site({ page, url, timeline: new Timeline(), requests });
  const ended: EndedCeremony[] = [];
  await handle(approvingHandler(keys, (ceremony) => ended.push(ceremony)));
  const flow = new SiteFlow({
    site,
    definition,
    userValues: () => ({ ...organisation.user().values, 'site.url': url }),
    onTotpSecret: (secret) => organisation.addTotpSecret(secret),
  });
  const values = { name: passkeyName, totp: () => organisation.totpCode(undefined, signal) };
  return {
    site,
    /** Performs the steps of a word; nothing if the site file does not have it. */
    run: async (word: SiteWord) => void (definition.flow[word] && (await flow.run(word, values, signal))),
    /** Waits until a ceremony has succeeded. Returns when it ended. */
    async whenEnded(method: EndedCeremony['method']): Promise<number> {
      const find = async () => ended.find((one) => one.method === method);
      const none = () => new Error(`the page ${site.path} did not call ${method}()`);
      const limited = AbortSignal.any([signal, AbortSignal.timeout(reactionMs)]);
      const ceremony = await site.until(find, limited, none);
      if (ceremony.error !== 'none') throw new Error(`${method}() ended with ${ceremony.error}`);
      return ceremony.endedAt;
    },
  };
}

/** Our client with a user who approves everything. */
function approvingHandler(
  { authenticators, pin }: UserKeys,
  onEnd: (ceremony: EndedCeremony) => void,
): WebAuthnHandler {
  const user = autoApproveUser({ pin, authenticatorKind: 'security-key' });
  const context = { authenticators, user, clock: systemClock, random: systemRandom };
  const follow = async <T>(method: EndedCeremony['method'], ceremony: Promise<T>): Promise<T> => {
    try {
      const result = await ceremony;
      onEnd({ method, error: 'none', endedAt: performance.now() });
      return result;
    } catch (error) {
      // A page may abort a conditional request and start another one.
      const name = error instanceof Error ? error.name : 'UnknownError';
      if (name !== 'AbortError') onEnd({ method, error: name, endedAt: performance.now() });
      throw error;
    }
  };
  return {
    create: ({ publicKey, ...caller }, signal) =>
      follow('create', create(publicKey as PublicKeyCredentialCreationOptionsJSON, { ...context, ...caller, signal })),
    get: ({ publicKey, ...caller }, signal) =>
      follow('get', get(publicKey as PublicKeyCredentialRequestOptionsJSON, { ...context, ...caller, signal })),
    isUserVerifyingPlatformAuthenticatorAvailable: async () => true,
  };
}

/** Signs the user out in this browser context: removes what the site has stored. */
async function forget(page: Page): Promise<void> {
  await page.evaluate(() => sessionStorage.clear()).catch(() => undefined); // a page without storage
  await goTo(page, 'about:blank');
  await page.context().setStorageState({ cookies: [], origins: [] });
}
