/**
 * The WebAuthn client of a page under the suite for relying parties: it holds each request of the page until the suite answers it, and
 * passes the answer on unchanged.
 */
import { abortable, Waiters } from '#base/async.ts';
import type { WebAuthn } from '#browser/playwright-fixtures.ts';
import type { CeremonyRequest, WebAuthnHandler } from '#browser/webauthn-handler.ts';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '#client/credential-options.ts';
import type { CaseClient, ClientParts } from '../parties/client/case-client.ts';

/** A request of the page that waits for its answer. */
interface Held<Options> {
  options: Options;
  /** Origin of the page. */
  origin: string;
  /** The page has given the request up. */
  signal: AbortSignal;
  /** Ends the request with RegistrationResponseJSON or AuthenticationResponseJSON. */
  answer(response: unknown): void;
}
export type HeldCreation = Held<PublicKeyCredentialCreationOptionsJSON>;
export type HeldRequest = Held<PublicKeyCredentialRequestOptionsJSON>;

export class HeldCeremonies {
  readonly #waiters = { create: new Waiters<HeldCreation>(), get: new Waiters<HeldRequest>() };
  readonly #webauthn: WebAuthn;

  constructor(webauthn: WebAuthn) {
    this.#webauthn = webauthn;
  }

  /** Waits for the next create() of the page. @throws the reason of `signal` if it aborts first. */
  nextCreation(signal: AbortSignal): Promise<HeldCreation> {
    return this.#waiters.create.wait(signal, () => true);
  }

  /** Waits for the next get() of the page. @throws the reason of `signal` if it aborts first. */
  nextRequest(signal: AbortSignal): Promise<HeldRequest> {
    return this.#waiters.get.wait(signal, () => true);
  }

  /** Returns what went wrong between page and client, which the page does not report. */
  problems(): string[] {
    return this.#webauthn.problems.map(({ kind, ceremony, error }) => `${kind} in ${ceremony}: ${error.message}`);
  }

  /** Returns the client of a case, without a dialog. */
  client(): CaseClient {
    return {
      hasConditionalMediation: false,
      dialogLabel: () => 'none',
      createDialogScreenshot: (_, site) => ({
        shown: () => undefined,
        informed: () => undefined,
        closed: () => undefined,
        revealChoice: () => undefined,
        screenshot: () => site.screenshot(),
      }),
      start: async (parts) => {
        await this.#webauthn.handle(this.#createHandler(parts));
        return { [Symbol.asyncDispose]: async () => undefined };
      },
      problems: () => this.problems(),
    };
  }

  #createHandler({ ceremonies }: ClientParts): WebAuthnHandler {
    const { create, get } = this.#waiters;
    return {
      create(request, signal) {
        const held = hold<PublicKeyCredentialCreationOptionsJSON>(request, signal);
        create.notify(held.request);
        return ceremonies.followCreation(held.request.options, () => held.answered);
      },
      get(request, signal) {
        const held = hold<PublicKeyCredentialRequestOptionsJSON>(request, signal);
        get.notify(held.request);
        return ceremonies.follow(() => held.answered);
      },
      isUserVerifyingPlatformAuthenticatorAvailable: async () => true,
    };
  }
}

function hold<Options>({ publicKey, origin }: CeremonyRequest, signal: AbortSignal) {
  let answer: (response: unknown) => void = () => undefined;
  const response = new Promise<unknown>((resolve) => {
    answer = resolve;
  });
  const request: Held<Options> = { options: publicKey as Options, origin, signal, answer };
  return { request, answered: abortable(response, signal) };
}
