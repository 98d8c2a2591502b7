/** The static methods of PublicKeyCredential, WebAuthn L3 sections 5.1.6 to 5.1.10. */
import type { CredentialSignal } from '#client/signals.ts';
import { fromBase64url } from './base64url.ts';
import { creationOptions, requestOptions, signalOptions } from './dictionaries.ts';
import type { NodeConnection } from './node-connection.ts';
import type { InterfaceObject, Patches } from './patches.ts';
import { fromBuffers, fromJson } from './web-idl.ts';

export function defineStaticMethods(patches: Patches, target: InterfaceObject, connection: NodeConnection): void {
  const define = (name: string, length: number, call: (argument: unknown) => unknown) =>
    patches.method(
      target,
      name,
      length,
      () =>
        (_, [argument]) =>
          call(argument),
    );
  const capabilities = async () => (await connection.send({ type: 'capabilities' })) as Record<string, boolean>;

  define('isUserVerifyingPlatformAuthenticatorAvailable', 0, () => connection.send({ type: 'is-uvpaa' }));
  define('isConditionalMediationAvailable', 0, async () => (await capabilities()).conditionalGet === true);
  define('getClientCapabilities', 0, capabilities);
  for (const method of Object.keys(signalOptions) as CredentialSignal['method'][])
    define(method, 1, async (options) => {
      const converted = fromBuffers(signalOptions[method], options, 'options') as object;
      const signal = { method, ...converted } as CredentialSignal;
      checkIds(signal);
      await connection.send({ type: 'signal', signal });
    });
  // Pure functions: the engine's own are used where it has them.
  const parsers = { parseCreationOptionsFromJSON: creationOptions, parseRequestOptionsFromJSON: requestOptions };
  for (const [name, type] of Object.entries(parsers))
    if (!(name in target)) define(name, 1, (json) => fromJson(type, json, 'options'));
}

/** Sections 5.1.10.2 to 5.1.10.4, step 1. */
function checkIds(signal: CredentialSignal): void {
  const check = (name: string, id: string) => {
    if (!fromBase64url(id)) throw new TypeError(`Cannot use ${name}: it is not base64url`);
  };
  if (signal.method === 'signalUnknownCredential') check('credentialId', signal.credentialId);
  else check('userId', signal.userId);
  if (signal.method === 'signalAllAcceptedCredentials')
    for (const id of signal.allAcceptedCredentialIds) check('allAcceptedCredentialIds', id);
}
