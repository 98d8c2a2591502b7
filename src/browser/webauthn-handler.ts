/** The interface behind the bridge. Its implementation is the WebAuthn client of the pages in one browser context. */

/** One create() or get(). Everything but `publicKey` comes from the browser and cannot be forged by the page. */
export interface CeremonyRequest {
  /** Serialized origin of the calling frame. */
  origin: string;
  /** Serialized origin of the top-level page; only for a cross-origin frame, and only if the frame tree leaves no doubt. */
  topOrigin?: string;
  /** Whether the caller is not same-origin with its ancestors (WebAuthn L3 section 5.8.1, `crossOrigin`). */
  crossOrigin: boolean;
  /**
   * PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON (WebAuthn L3 sections 5.1.8 and 5.1.9) from
   * the browser: rp.id filled in and checked, defaults applied, `timeout` raised to the browser's own minimum.
   */
  publicKey: unknown;
}

/**
 * Both ceremonies reject with a `WebAuthnError`; its name becomes the name of the DOMException in the page. `signal` is aborted
 * when the page aborts, navigates away or closes; a result after that is dropped.
 */
export interface WebAuthnHandler {
  /** Resolves with a RegistrationResponseJSON. */
  create(request: CeremonyRequest, signal: AbortSignal): Promise<unknown>;
  /** Resolves with an AuthenticationResponseJSON. */
  get(request: CeremonyRequest, signal: AbortSignal): Promise<unknown>;
  isUserVerifyingPlatformAuthenticatorAvailable(): Promise<boolean>;
}
