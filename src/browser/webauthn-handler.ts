/** The port behind the bridge: whoever implements it is the WebAuthn client of the pages in one browser context. */

/** One create() or get() as the browser vouches for it; nothing in here but `publicKey` comes from the page. */
export interface CeremonyRequest {
  /** Serialized origin of the calling frame. */
  origin: string;
  /** Serialized origin of the top-level page; only for a cross-origin frame, and only when the browser's frame tree settles it. */
  topOrigin?: string;
  /** The caller is not same-origin with its ancestors (WebAuthn L3 section 5.8.1, `crossOrigin`). */
  crossOrigin: boolean;
  /**
   * PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON (WebAuthn L3 section 5.1.8 and 5.1.9) as the
   * browser gives it: rp.id filled in and checked, defaults applied, `timeout` raised to the browser's own minimum.
   */
  publicKey: unknown;
}

/**
 * Both ceremonies reject with a `WebAuthnError`, whose name becomes the DOMException the page sees. `signal` aborts when the
 * page aborts, navigates away or closes; what the handler answers after that goes nowhere.
 */
export interface WebAuthnHandler {
  /** Resolves with a RegistrationResponseJSON. */
  create(request: CeremonyRequest, signal: AbortSignal): Promise<unknown>;
  /** Resolves with an AuthenticationResponseJSON. */
  get(request: CeremonyRequest, signal: AbortSignal): Promise<unknown>;
  isUserVerifyingPlatformAuthenticatorAvailable(): Promise<boolean>;
}
