/** An authenticator that the browser itself emulates for tests, with the browser's own WebAuthn in front of it. */
import type { Page } from 'playwright';

interface VirtualCredential {
  credentialId: Uint8Array;
  rpId: string;
  discoverable: boolean;
}

/** `usb`: a security key. `internal`: the authenticator that is built into the computer. */
export type VirtualTransport = 'usb' | 'internal';

/** It requests no touch and no PIN: the user is always present and verified. */
export interface VirtualAuthenticator extends AsyncDisposable {
  credentials(): Promise<VirtualCredential[]>;
}

/** A page whose WebAuthn requests go to virtual authenticators. */
export interface VirtualAuthenticatorPage {
  readonly page: Page;
  addAuthenticator(transport: VirtualTransport): Promise<VirtualAuthenticator>;
}
