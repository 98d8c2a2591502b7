/** getClientCapabilities(), WebAuthn L3 sections 5.1.7 and 5.8.7: what this client does with the given ports and authenticators. */
import type { ClientContext } from './context.ts';
import { Ctap2 } from './ctap2.ts';
import { clientExtensionNames } from './extensions/registry.ts';

type CapabilityContext = Pick<ClientContext, 'authenticators' | 'clock' | 'relatedOrigins' | 'recentAuthentications'>;

/** Returns the capabilities by name, `extension:` with an input member for each extension. Signal methods are up to the caller. */
export async function getClientCapabilities(context: CapabilityContext): Promise<Record<string, boolean>> {
  const hybridTransport = context.authenticators.list().some(({ kind }) => kind === 'phone');
  const userVerifyingPlatformAuthenticator = await hasUserVerifyingPlatformAuthenticator(context);
  return {
    conditionalCreate: context.recentAuthentications !== undefined,
    conditionalGet: true,
    hybridTransport,
    passkeyPlatformAuthenticator: hybridTransport || userVerifyingPlatformAuthenticator,
    relatedOrigins: context.relatedOrigins !== undefined,
    userVerifyingPlatformAuthenticator,
    ...Object.fromEntries(clientExtensionNames.map((name) => [`extension:${name}`, true])),
  };
}

/** Returns whether an authenticator of this device can verify the user now: section 5.1.6. */
async function hasUserVerifyingPlatformAuthenticator({
  authenticators,
  clock,
}: Pick<ClientContext, 'authenticators' | 'clock'>): Promise<boolean> {
  const platform = authenticators.list().filter(({ kind }) => kind === 'this-device');
  const answers = await Promise.allSettled(platform.map(({ device }) => new Ctap2(device, { clock }).getInfo()));
  return answers.some((answer) => answer.status === 'fulfilled' && answer.value.options?.uv === true);
}
