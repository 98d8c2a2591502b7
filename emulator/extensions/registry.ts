/** The extensions by id, and how a command runs those that a request names. A new extension is its file, a line here and its row in the table. */
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import type { ExtensionId } from '#protocol/extensions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { credProtect } from './cred-protect.ts';
import type { AssertionContext, Extension } from './extension.ts';
import { hmacSecret } from './hmac-secret.ts';
import { minPinLength } from './min-pin-length.ts';

const extensionRegistry: Record<ExtensionId, Extension> = {
  credProtect,
  minPinLength,
  'hmac-secret': hmacSecret,
};

interface ExtensionRequest {
  rp: { id: string };
  extensions?: Record<string, CborValue> | undefined;
}

/** CTAP 2.1 section 6.1.2 step 15: extensions that the persona does not have are ignored. */
export function extensionsAtMakeCredential(request: ExtensionRequest, env: AuthenticatorEnv) {
  const outputs: CborMap = new Map();
  let properties = { credProtect: 1 };
  for (const [extension, input] of requested(request.extensions, env)) {
    const result = extension.onMakeCredential?.(input, request, env);
    if (result?.output !== undefined) outputs.set(extension.id, result.output);
    properties = { ...properties, ...result?.properties };
  }
  return { outputs: outputs.size > 0 ? outputs : undefined, properties };
}

/** Section 6.2.2 step 10. */
export function extensionsAtGetAssertion(
  inputs: Record<string, CborValue> | undefined,
  context: AssertionContext,
  env: AuthenticatorEnv,
): CborMap | undefined {
  const outputs: CborMap = new Map();
  for (const [extension, input] of requested(inputs, env)) {
    const output = extension.onGetAssertion?.(input, context, env);
    if (output !== undefined) outputs.set(extension.id, output);
  }
  return outputs.size > 0 ? outputs : undefined;
}

function requested(inputs: Record<string, CborValue> | undefined, { persona }: AuthenticatorEnv) {
  return persona.extensions.flatMap((id): [Extension, CborValue][] =>
    inputs && Object.hasOwn(inputs, id) ? [[extensionRegistry[id], inputs[id] as CborValue]] : [],
  );
}
