/** The interface behind the bridge. Its implementation is the WebAuthn client of the pages in one browser context. */
import type { CredentialSignal } from '#client/signals.ts';

/** The calling frame, as the browser describes it. */
export interface CallingFrame {
  /** Serialized origin of the calling frame. */
  origin: string;
  /** Serialized origin of the top-level page; only for a cross-origin frame, and only if the frame tree determines it. */
  topOrigin?: string;
  /** Whether the caller is not same-origin with its ancestors (WebAuthn L3 section 5.8.1, `crossOrigin`). */
  crossOrigin: boolean;
}

/** One create() or get(). Everything but `publicKey` and `mediation` comes from the browser, not from the page. */
export interface CeremonyRequest extends CallingFrame {
  /** Set for `mediation: 'conditional'`: a request without a modal dialog. Only the shim route carries such requests. */
  mediation?: 'conditional';
  /**
   * PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON (WebAuthn L3 sections 5.1.8 and 5.1.9),
   * defaults applied. On the proxy route Chromium has filled in and checked rp.id, and raised `timeout` to its own minimum.
   */
  publicKey: unknown;
}

/** Members of PublicKeyCredentialClientCapabilities, WebAuthn L3 section 5.8.7, and `extension:` with an identifier. */
export type ClientCapabilities = Record<string, boolean>;

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
  /**
   * Returns the capabilities that differ from the defaults of the shim: no conditional mediation, no hybrid transport, no
   * related origins. On the proxy route Chromium reports its own, limited to the related origins and extensions named here.
   */
  getClientCapabilities?(): Promise<ClientCapabilities>;
  /**
   * Receives the calls of signal methods; the ids are base64url, and the RP ID is unchecked. Rejects with a SecurityError when
   * the caller may not use the RP ID (section 5.1.10.1). Not called on the proxy route.
   */
  receiveSignal?(signal: CredentialSignal, caller: CallingFrame): Promise<void>;
}
