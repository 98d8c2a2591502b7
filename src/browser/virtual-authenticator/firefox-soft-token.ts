/**
 * The soft token of Firefox: virtual authenticators instead of the devices of the system, controlled through Marionette.
 */
import { createServer } from 'node:net';
import { type Browser, firefox } from 'playwright';
import { UnavailableError } from '#base/errors.ts';
import { launchOptions } from '../launch.ts';
import { findNativeFirefox } from '../native/launch-firefox.ts';
import { MarionetteConnection } from './marionette-connection.ts';
import type { VirtualAuthenticator, VirtualTransport } from './virtual-authenticator.ts';

export interface SoftTokenFirefox extends AsyncDisposable {
  readonly browser: Browser;
  addAuthenticator(transport: VirtualTransport): Promise<VirtualAuthenticator>;
}

const preferences = {
  'security.webauth.webauthn_enable_softtoken': true,
  'security.webauth.webauthn_enable_usbtoken': false,
  // Otherwise a prompt asks whether the site may see the attestation.
  'security.webauthn.always_allow_direct_attestation': true,
};

/**
 * Starts a Firefox with the soft token.
 * @throws {UsageError} if none is installed.
 * @throws {UnavailableError} if it cannot be controlled.
 */
export async function launchSoftTokenFirefox({ headed = false } = {}): Promise<SoftTokenFirefox> {
  const port = await findFreePort();
  const options = launchOptions({ engine: 'firefox', headed, executablePath: findNativeFirefox() });
  const browser = await firefox.launch({
    ...options,
    args: ['--marionette', '--remote-allow-system-access'],
    firefoxUserPrefs: { ...options.firefoxUserPrefs, ...preferences, 'marionette.port': port },
  });
  try {
    const marionette = await MarionetteConnection.open(port);
    return {
      browser,
      addAuthenticator: (transport) => addAuthenticator(marionette, transport),
      async [Symbol.asyncDispose]() {
        // In this order: a Firefox whose Marionette connection has just ended does not end (observed: Firefox 153).
        await browser.close();
        marionette[Symbol.dispose]();
      },
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function addAuthenticator(
  marionette: MarionetteConnection,
  transport: VirtualTransport,
): Promise<VirtualAuthenticator> {
  const { value: authenticatorId } = (await marionette.send('WebAuthn:AddVirtualAuthenticator', {
    protocol: 'ctap2_1',
    transport,
    hasResidentKey: true,
    hasUserVerification: true,
    isUserConsenting: true,
    isUserVerified: true,
  })) as { value: string };
  return {
    async credentials() {
      const { value } = (await marionette.send('WebAuthn:GetCredentials', { authenticatorId })) as {
        value: { credentialId: string; rpId: string; isResidentCredential: boolean }[];
      };
      return value.map(({ credentialId, rpId, isResidentCredential }) => ({
        credentialId: Buffer.from(credentialId, 'base64url'),
        rpId,
        discoverable: isResidentCredential,
      }));
    },
    async [Symbol.asyncDispose]() {
      await marionette.send('WebAuthn:RemoveVirtualAuthenticator', { authenticatorId });
    },
  };
}

/** Firefox reads the port from a preference. Another program could use the port before Firefox does; the connection then fails. */
function findFreePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address) resolve(address.port);
        else reject(new UnavailableError('The system has no free port for Marionette'));
      });
    });
  });
}
