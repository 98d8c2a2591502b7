/**
 * The virtual authenticator of Chromium, controlled through the domain WebAuthn of the Chrome DevTools Protocol. It exists for one page:
 * other pages of the context use the devices of the system.
 */
import type { CDPSession, Page } from 'playwright';
import type { VirtualAuthenticator, VirtualAuthenticatorPage, VirtualTransport } from './virtual-authenticator.ts';

export async function openChromiumPage(page: Page): Promise<VirtualAuthenticatorPage> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  return { page, addAuthenticator: (transport) => addAuthenticator(cdp, transport) };
}

async function addAuthenticator(cdp: CDPSession, transport: VirtualTransport): Promise<VirtualAuthenticator> {
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true, // without it a request never ends, also if it is turned on later (observed: Chromium 156)
    },
  });
  return {
    async credentials() {
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
      return credentials.map(({ credentialId, rpId = '', isResidentCredential }) => ({
        credentialId: Buffer.from(credentialId, 'base64'),
        rpId,
        discoverable: isResidentCredential,
      }));
    },
    async [Symbol.asyncDispose]() {
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }).catch(() => undefined); // the page is closed
    },
  };
}
