/**
 * The extensions by id, and functions that run those in a request. To add an extension, add its file, a line here, and its row in
 * `#protocol/extensions.ts`; then add its id to the personas that support it.
 */
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

/** What extensions add to a response; a member without content is undefined. */
export interface ExtensionOutputs {
  signed?: CborMap | undefined;
  unsigned?: Record<string, CborValue> | undefined;
  largeBlobKey?: Uint8Array | undefined;
}

/**
 * Runs the extensions of an authenticatorMakeCredential request, CTAP 2.1 section 6.1.2 step 15. Extensions that the
 * persona does not support are ignored. Returns the properties of the new credential, and `computeOutputs`, which
 * computes the outputs after the credential was created.
 * @throws {CtapError} if an input makes the command fail.
 */
export function runMakeCredentialExtensions(
  request: { rp: { id: string }; extensions?: Inputs | undefined },
  context: Pick<RegistrationContext, 'discoverable' | 'user'>,
  env: AuthenticatorEnv,
) {
  const inputs = request.extensions ?? noInputs;
  let properties: CredentialExtras = { credProtect: 1 };
  const results = findRequested(inputs, env).map(([extension, input]) => {
    const result = extension.onMakeCredential?.(input, { ...context, rp: request.rp, inputs }, env) ?? {};
    properties = { ...properties, ...result.properties };
    return { id: extension.id, ...result };
  });
  const computeOutputs = (credentialId: Uint8Array) =>
    collectOutputs(
      results.map((result) => ({ ...result, output: result.computeOutput?.(credentialId) ?? result.output })),
    );
  return { properties, computeOutputs };
}

/**
 * Runs the extensions of an authenticatorGetAssertion request, CTAP 2.1 section 6.2.2 step 10. Returns their outputs.
 * @throws {CtapError} if an input makes the command fail.
 */
export function runGetAssertionExtensions(
  inputs: Inputs = noInputs,
  context: AssertionContext,
  env: AuthenticatorEnv,
): ExtensionOutputs {
  return collectOutputs(
    findRequested(inputs, env).map(([extension, input]) => ({
      id: extension.id,
      ...extension.onGetAssertion?.(input, context, env),
    })),
  );
}

const noInputs: Inputs = {};
const noOutputs: ExtensionOutputs = {};

/** Returns the supported extensions of the request with their inputs. */
function findRequested(inputs: Inputs, { persona }: AuthenticatorEnv): [Extension, CborValue][] {
  if (inputs === noInputs) return [];
  return persona.extensions.flatMap((id): [Extension, CborValue][] =>
    Object.hasOwn(inputs, id) ? [[extensionRegistry[id], inputs[id] as CborValue]] : [],
  );
}

function collectOutputs(results: readonly ({ id: ExtensionId } & ExtensionResult)[]): ExtensionOutputs {
  if (results.length === 0) return noOutputs;
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
