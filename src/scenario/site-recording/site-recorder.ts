/** Records what the pages of a site do: the calls of create() and get(), the requests, and the controls of every page. */
import type { Page, Request, Response } from 'playwright';
import { fromBase64url } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { type PageElement, readPageContent } from '#browser/page-content.ts';
import type { CeremonyRequest, WebAuthnHandler } from '#browser/webauthn-handler.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import type { AuthenticatorSource } from '#client/context.ts';
import { create } from '#client/create.ts';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '#client/credential-options.ts';
import { get } from '#client/get.ts';
import type { UserInteraction } from '#client/user-interaction.ts';
import type { SiteRequest } from '../language/site-words.ts';
import {
  type AnsweredRequest,
  lastCeremony,
  type RecordedCeremony,
  type RecordedPage,
  type Recording,
} from './recording.ts';

/** A request with the parts that show whether it transfers options or a result. */
interface SeenExchange extends AnsweredRequest {
  body: string;
  sent: string;
}

export interface SiteRecorderOptions {
  page: Page;
  url: string;
  /** The keys for new passkeys; they are touched at once. */
  authenticators: AuthenticatorSource;
  /** PIN of the security key. */
  pin: string;
}

const dataTypes = new Set(['fetch', 'xhr', 'document']);
const maxBodyLength = 256 * 1024;
/** A response may be a stream that does not end. */
const maxReadMs = 1_000;
const pollMs = 10;
const controlRoles = new Set([
  ...[
    'button',
    'link',
    'textbox',
    'searchbox',
    'combobox',
    'spinbutton',
    'checkbox',
    'radio',
    'switch',
    'menuitem',
    'tab',
  ],
]);

export class SiteRecorder {
  readonly ceremonies: RecordedCeremony[] = [];
  readonly handler: WebAuthnHandler;
  readonly #options: SiteRecorderOptions;
  readonly #pages = new Map<string, RecordedPage>();
  readonly #exchanges: SeenExchange[] = [];
  readonly #reading = new Set<Promise<void>>();
  /** Client data of the ceremonies that succeeded, base64url: no two ceremonies have the same. */
  readonly #clientData = new Map<RecordedCeremony, string>();

  constructor(options: SiteRecorderOptions) {
    this.#options = options;
    this.handler = {
      create: (request, signal) =>
        this.#record('create', request, (user) =>
          create(request.publicKey as PublicKeyCredentialCreationOptionsJSON, this.#context(request, user, signal)),
        ),
      get: (request, signal) =>
        this.#record('get', request, (user) =>
          get(request.publicKey as PublicKeyCredentialRequestOptionsJSON, this.#context(request, user, signal)),
        ),
      isUserVerifyingPlatformAuthenticatorAvailable: async () => true,
    };
    options.page.context().on('response', (response) => this.#follow(response));
  }

  /** Whether a create() or get() is running. */
  get isRunning(): boolean {
    return this.ceremonies.some(({ error }) => error === undefined);
  }

  /** Records the page that is shown now, and returns its elements. */
  async readPage(): Promise<PageElement[]> {
    const { page } = this.#options;
    const { elements } = await readPageContent(page);
    const { pathname: path } = new URL(page.url());
    const controls = elements.filter(({ role, name }) => controlRoles.has(role) && name !== '');
    const known = this.#pages.get(path)?.controls ?? [];
    const isNew = (one: PageElement) => !known.some(({ role, name }) => role === one.role && name === one.name);
    this.#pages.set(path, { path, title: await page.title(), controls: [...known, ...controls.filter(isNew)] });
    return elements;
  }

  /** Returns everything that was recorded so far. */
  async recording(): Promise<Recording> {
    await Promise.race([Promise.allSettled(this.#reading), systemClock.sleep(maxReadMs)]);
    const creation = lastCeremony(this.ceremonies, 'create');
    const assertion = lastCeremony(this.ceremonies, 'get');
    const named = {
      ...this.#requestsOf(creation, 'options', 'result'),
      ...this.#requestsOf(assertion, 'sign-in-options', 'sign-in-result'),
    };
    return { url: this.#options.url, pages: [...this.#pages.values()], ceremonies: this.ceremonies, requests: named };
  }

  #requestsOf(
    ceremony: RecordedCeremony | undefined,
    options: SiteRequest,
    result: SiteRequest,
  ): Partial<Record<SiteRequest, AnsweredRequest>> {
    if (!ceremony) return {};
    const found = {
      [options]: this.#optionsOf(ceremony),
      [result]: this.#exchanges.find(({ sent }) => contains(sent, this.#clientData.get(ceremony))),
    };
    const entries = Object.entries(found).flatMap(([name, exchange]) => {
      if (!exchange) return [];
      const { method, path, status } = exchange;
      return [[name, { method, path, status }]];
    });
    return Object.fromEntries(entries);
  }

  #context({ publicKey: _, ...caller }: CeremonyRequest, user: UserInteraction, signal: AbortSignal) {
    const { authenticators } = this.#options;
    return { authenticators, user, clock: systemClock, random: systemRandom, ...caller, signal };
  }

  async #record<T extends { response: { clientDataJSON: string } }>(
    method: RecordedCeremony['method'],
    request: CeremonyRequest,
    run: (user: UserInteraction) => Promise<T>,
  ): Promise<T> {
    const ceremony: RecordedCeremony = {
      method,
      path: new URL(this.#options.page.url()).pathname,
      startedAtMs: systemClock.now(),
      options: request.publicKey as Record<string, unknown>,
      savedTo: 'security-key',
      typedPin: false,
    };
    this.ceremonies.push(ceremony);
    await this.#whenOptionsAreRead(ceremony);
    try {
      const credential = await run(this.#user(ceremony));
      this.#clientData.set(ceremony, credential.response.clientDataJSON);
      ceremony.error = 'none';
      return credential;
    } catch (error) {
      ceremony.error = error instanceof Error ? error.name : 'UnknownError';
      throw error;
    }
  }

  /**
   * Waits until the response that carries the options has been read. The browser deletes the bodies when the page is left, and the page may
   * be left when it has the result. If no response contains the options, the wait ends after the time limit of a response.
   */
  async #whenOptionsAreRead(ceremony: RecordedCeremony): Promise<void> {
    const until = systemClock.monotonic() + maxReadMs;
    while (!this.#optionsOf(ceremony) && systemClock.monotonic() < until) await systemClock.sleep(pollMs);
  }

  #optionsOf({ options }: RecordedCeremony): SeenExchange | undefined {
    return this.#exchanges.find(({ body }) => contains(body, options.challenge));
  }

  /** Returns a user who approves everything, and whose answers are recorded. */
  #user(ceremony: RecordedCeremony): UserInteraction {
    const user = autoApproveUser({ pin: this.#options.pin, authenticatorKind: 'security-key' });
    const remember = (kind: string | undefined) => {
      ceremony.savedTo = kind === 'this-device' ? 'this-device' : 'security-key';
    };
    return {
      ...user,
      chooseAuthenticator: async (choices, signal) => {
        const id = await user.chooseAuthenticator(choices, signal);
        remember(choices.find((choice) => choice.id === id)?.kind);
        return id;
      },
      skipChoice: (choices) => remember(choices[0]?.kind),
      providePin: (prompt, signal) => {
        ceremony.typedPin = true;
        return user.providePin(prompt, signal);
      },
    };
  }

  #follow(response: Response): void {
    const request = response.request();
    const url = new URL(request.url());
    if (!dataTypes.has(request.resourceType()) || !url.protocol.startsWith('http')) return;
    const isOfSite = url.origin === new URL(this.#options.url).origin;
    const path = isOfSite ? url.pathname : `${url.origin}${url.pathname}`;
    const exchange: SeenExchange = {
      method: request.method(),
      path,
      status: response.status(),
      sent: sentBy(request),
      body: '',
    };
    this.#exchanges.push(exchange);
    const reading = response
      .text()
      .then((body) => {
        exchange.body = body.slice(0, maxBodyLength);
      })
      .catch(() => undefined) // a redirect, or the page was left
      .finally(() => this.#reading.delete(reading));
    this.#reading.add(reading);
  }
}

const sentBy = (request: Request): string => (request.postData() ?? '').slice(0, maxBodyLength);

/** Returns whether the text contains bytes that WebAuthn encodes in base64url. */
const contains = (text: string, base64url: unknown): boolean =>
  spellingsOf(base64url).some((one) => text.includes(one));

/** Returns the encodings that a site may use for bytes that WebAuthn encodes in base64url. */
function spellingsOf(base64url: unknown): string[] {
  if (typeof base64url !== 'string' || base64url === '') return [];
  const bytes = fromBase64url(base64url);
  const base64 = Buffer.from(bytes).toString('base64');
  return [base64url, base64, encodeURIComponent(base64), [...bytes].join(',')];
}
