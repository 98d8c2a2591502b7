/**
 * create() and get() of `navigator.credentials` for public key credentials: Credential Management Level 1 sections 2.5.1 and
 * 2.5.4, and the steps of WebAuthn L3 sections 5.1.3 and 5.1.4 that need the page. All other steps are the client's, behind
 * the session. Other types of credentials stay with the engine.
 */
import type { CeremonyMessage } from '../messages.ts';
import type { CredentialInterfaces } from './credential.ts';
import { creationOptions, requestOptions } from './dictionaries.ts';
import { ancestorOrigins, type NodeConnection, origin } from './node-connection.ts';
import type { InterfaceObject, Patches } from './patches.ts';
import { policyFor } from './permissions-policy.ts';
import type { UserActivation } from './user-activation.ts';
import { fromBuffers } from './web-idl.ts';

export interface ContainerParts {
  connection: NodeConnection;
  interfaces: CredentialInterfaces;
  activation: UserActivation;
}

type Ceremony = CeremonyMessage['type'];
type Mediation = 'silent' | 'optional' | 'conditional' | 'required';

/** The checked options of one call. */
interface Call {
  ceremony: Ceremony;
  publicKey: unknown;
  mediation: Mediation;
  signal: AbortSignal | undefined;
}

const mediations: readonly unknown[] = ['silent', 'optional', 'conditional', 'required'] satisfies Mediation[];
const otherTypes = ['password', 'federated', 'identity', 'otp', 'digital'];
let requests = 0;

/** Replaces create() and get(); defines `navigator.credentials` where the engine has none. */
export function defineCredentialsContainer(patches: Patches, parts: ContainerParts): void {
  const container = patches.interface('CredentialsContainer');
  if (!navigator.credentials) defineContainerObject(patches, container);
  const own = navigator.credentials;
  for (const ceremony of ['create', 'get'] as const)
    patches.method(container.prototype, ceremony, 0, (original) => async (self, args) => {
      const [options] = args as [Record<string, unknown>?];
      if (self === own && options?.publicKey !== undefined) return run(readOptions(ceremony, options), parts);
      if (original) return original(self, args);
      if (self !== own) throw new TypeError('Illegal invocation');
      throw new DOMException('Only public key credentials are supported', 'NotSupportedError');
    });
}

function defineContainerObject(patches: Patches, container: InterfaceObject): void {
  const object = Object.create(container.prototype);
  patches.attribute(Navigator.prototype, 'credentials', () => () => object);
  patches.method(container.prototype, 'preventSilentAccess', 0, () => async () => undefined);
  patches.method(container.prototype, 'store', 1, () => async () => {
    throw new DOMException('Public key credentials cannot be stored', 'NotSupportedError');
  });
}

/** Converts CredentialCreationOptions or CredentialRequestOptions. */
function readOptions(ceremony: Ceremony, options: Record<string, unknown>): Call {
  const { mediation = 'optional', signal } = options;
  if (!mediations.includes(mediation))
    throw new TypeError(`Cannot use mediation: "${String(mediation)}" is not a CredentialMediationRequirement`);
  const type = ceremony === 'create' ? creationOptions : requestOptions;
  const publicKey = fromBuffers(type, options.publicKey, 'publicKey');
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError('Cannot use signal: it is not an AbortSignal');
  if (otherTypes.some((name) => options[name] !== undefined))
    throw new DOMException('Public key credentials cannot be combined with other types', 'NotSupportedError');
  return { ceremony, publicKey, mediation: mediation as Mediation, signal };
}

async function run(call: Call, parts: ContainerParts): Promise<object | null> {
  const { ceremony, mediation, signal, publicKey } = call;
  if (document.defaultView === null) throw new DOMException('The document is not fully active', 'InvalidStateError');
  signal?.throwIfAborted();
  const policy = policyFor(ceremony);
  if (policy === 'denied') throw notAllowed(`The permissions policy does not allow publickey-credentials-${ceremony}`);
  if (ceremony === 'create') checkCrossOriginCreate(call, parts.activation);
  if (ceremony === 'get' && mediation === 'silent') return null; // no public key credential comes without a gesture
  const requestId = `${parts.connection.documentId} ${++requests}`;
  const result = await sendUntilAborted(
    {
      type: ceremony,
      requestId,
      policy,
      publicKey,
      ...(mediation === 'conditional' && { mediation }),
    },
    signal,
    parts.connection,
  );
  return makeCredential(ceremony, result, parts);
}

/** WebAuthn L3 section 5.1.3 step 2: a cross-origin frame needs a gesture, and no conditional creation. */
function checkCrossOriginCreate({ mediation }: Call, activation: UserActivation): void {
  if (ancestorOrigins().every((ancestor) => ancestor === origin)) return;
  if (mediation === 'conditional') throw notAllowed('A cross-origin frame cannot use conditional creation');
  if (!activation.consume()) throw notAllowed('A cross-origin frame needs a user gesture to create a credential');
}

/** Resolves with the result; rejects with the abort reason as soon as the page aborts. */
function sendUntilAborted(message: CeremonyMessage, signal: AbortSignal | undefined, connection: NodeConnection) {
  return new Promise<unknown>((resolve, reject) => {
    const abort = () => {
      connection.notify({ type: 'cancel', requestId: message.requestId });
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    connection
      .send(message)
      .then(resolve, reject)
      .finally(() => signal?.removeEventListener('abort', abort));
  });
}

function makeCredential(ceremony: Ceremony, result: unknown, { connection, interfaces }: ContainerParts): object {
  const { createRegistration, createAssertion } = interfaces;
  try {
    return ceremony === 'create' ? createRegistration(result) : createAssertion(result);
  } catch (error) {
    connection.notify({ type: 'refused', ceremony, message: String(error) });
    throw new DOMException('The request could not be completed.', 'UnknownError');
  }
}

const notAllowed = (message: string) => new DOMException(message, 'NotAllowedError');
