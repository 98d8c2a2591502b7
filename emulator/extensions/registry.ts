/** The extensions by id, and how a command runs those that a request names. A new extension is its file, a line here and its row in the table. */
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import type { ExtensionId } from '#protocol/extensions.ts';
import type { CredentialExtras } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { credBlob } from './cred-blob.ts';
import { credProtect } from './cred-protect.ts';
import type { AssertionContext, Extension, ExtensionResult, RegistrationContext } from './extension.ts';
import { hmacSecret } from './hmac-secret.ts';
import { hmacSecretMc } from './hmac-secret-mc.ts';
import { largeBlob } from './large-blob.ts';
import { largeBlobKey } from './large-blob-key.ts';
import { minPinLength } from './min-pin-length.ts';
import { pinComplexityPolicy } from './pin-complexity-policy.ts';
import { thirdPartyPayment } from './third-party-payment.ts';
import { uvm } from './uvm.ts';

const extensionRegistry: Record<ExtensionId, Extension> = {
  credProtect,
  credBlob,
  largeBlobKey,
  largeBlob,
  minPinLength,
  pinComplexityPolicy,
  'hmac-secret': hmacSecret,
  'hmac-secret-mc': hmacSecretMc,
  thirdPartyPayment,
  uvm,
};

type Inputs = Readonly<Record<string, CborValue>>;

/** What extensions add to an answer; each member is absent when there is nothing to say. */
export interface ExtensionOutputs {
  signed?: CborMap | undefined;
  unsigned?: Record<string, CborValue> | undefined;
  largeBlobKey?: Uint8Array | undefined;
}

/**
 * CTAP 2.1 section 6.1.2 step 15: extensions that the persona does not have are ignored. Everything that can refuse the
 * command does so here; `outputsFor` is asked when the credential exists.
 */
export function extensionsAtMakeCredential(
  request: { rp: { id: string }; extensions?: Inputs | undefined },
  context: Pick<RegistrationContext, 'discoverable' | 'user'>,
  env: AuthenticatorEnv,
) {
  const inputs = request.extensions ?? none;
  let properties: CredentialExtras = { credProtect: 1 };
  const results = requested(inputs, env).map(([extension, input]) => {
    const result = extension.onMakeCredential?.(input, { ...context, rp: request.rp, inputs }, env) ?? {};
    properties = { ...properties, ...result.properties };
    return { id: extension.id, ...result };
  });
  const outputsFor = (credentialId: Uint8Array) =>
    gather(results.map((result) => ({ ...result, output: result.outputFor?.(credentialId) ?? result.output })));
  return { properties, outputsFor };
}

/** Section 6.2.2 step 10. */
export function extensionsAtGetAssertion(
  inputs: Inputs = none,
  context: AssertionContext,
  env: AuthenticatorEnv,
): ExtensionOutputs {
  return gather(
    requested(inputs, env).map(([extension, input]) => ({
      id: extension.id,
      ...extension.onGetAssertion?.(input, context, env),
    })),
  );
}

const none: Inputs = {};
const nothing: ExtensionOutputs = {};

function requested(inputs: Inputs, { persona }: AuthenticatorEnv): [Extension, CborValue][] {
  if (inputs === none) return [];
  return persona.extensions.flatMap((id): [Extension, CborValue][] =>
    Object.hasOwn(inputs, id) ? [[extensionRegistry[id], inputs[id] as CborValue]] : [],
  );
}

function gather(results: readonly ({ id: ExtensionId } & ExtensionResult)[]): ExtensionOutputs {
  if (results.length === 0) return nothing;
  const outputs = (member: 'output' | 'unsignedOutput') =>
    results.flatMap(({ id, [member]: value }): [ExtensionId, CborValue][] =>
      value === undefined ? [] : [[id, value]],
    );
  const signed: CborMap = new Map(outputs('output'));
  const unsigned = outputs('unsignedOutput');
  return {
    signed: signed.size > 0 ? signed : undefined,
    unsigned: unsigned.length > 0 ? Object.fromEntries(unsigned) : undefined,
    largeBlobKey: results.find((result) => result.largeBlobKey)?.largeBlobKey,
  };
}
