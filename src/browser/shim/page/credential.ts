/**
 * PublicKeyCredential and its responses, WebAuthn L3 sections 5.1 and 5.2. A credential of the shim inherits from the
 * engine's own prototypes. Their attributes and methods are replaced by ones that handle the shim's credentials and call the native
 * ones for every other object.
 */
import { fromBase64url } from './base64url.ts';
import type { InterfaceObject, Patches } from './patches.ts';

/** RegistrationResponseJSON or AuthenticationResponseJSON, as far as it has been checked. */
interface CredentialJSON {
  id: string;
  rawId: string;
  response: Record<string, unknown>;
  authenticatorAttachment?: string;
  clientExtensionResults: Record<string, unknown>;
  type: string;
}

interface CredentialState {
  json: CredentialJSON;
  rawId: ArrayBuffer;
  response: object;
}

/** Members of a response: decoded bytes, transports, and the algorithm. */
type ResponseState = Record<string, unknown>;

const credentials = new WeakMap<object, CredentialState>();
const attestationResponses = new WeakMap<object, ResponseState>();
const assertionResponses = new WeakMap<object, ResponseState>();

/** Binary extension outputs, by their path: WebAuthn L3 section 10.1, CTAP 2.2 section 12. */
const binaryOutputs = [
  'getCredBlob',
  'hmacGetSecret.output1',
  'hmacGetSecret.output2',
  'largeBlob.blob',
  'prf.results.first',
  'prf.results.second',
];

export interface CredentialInterfaces {
  PublicKeyCredential: InterfaceObject;
  /** @throws {TypeError} when a member is missing or has the wrong type. */
  createRegistration(json: unknown): object;
  /** @throws {TypeError} when a member is missing or has the wrong type. */
  createAssertion(json: unknown): object;
}

/** Makes the interfaces accept the shim's credentials; defines the ones that the engine lacks. */
export function defineCredentialInterfaces(patches: Patches): CredentialInterfaces {
  const Credential = patches.interface('Credential');
  const PublicKeyCredential = patches.interface('PublicKeyCredential', Credential);
  const AuthenticatorResponse = patches.interface('AuthenticatorResponse');
  const Attestation = patches.interface('AuthenticatorAttestationResponse', AuthenticatorResponse);
  const Assertion = patches.interface('AuthenticatorAssertionResponse', AuthenticatorResponse);
  const stateOfResponse = (self: object) => attestationResponses.get(self) ?? assertionResponses.get(self);
  const onCredential = membersOf(patches, (self) => credentials.get(self));

  onCredential.attribute(Credential, 'id', ({ json }) => json.id);
  onCredential.attribute(Credential, 'type', () => 'public-key');
  onCredential.attribute(PublicKeyCredential, 'rawId', ({ rawId }) => rawId);
  onCredential.attribute(PublicKeyCredential, 'response', ({ response }) => response);
  const attachment = ({ json }: CredentialState) => json.authenticatorAttachment ?? null;
  onCredential.attribute(PublicKeyCredential, 'authenticatorAttachment', attachment);
  onCredential.method(PublicKeyCredential, 'getClientExtensionResults', ({ json }) => extensionResults(json));
  onCredential.method(PublicKeyCredential, 'toJSON', ({ json }) => structuredClone(json));

  membersOf(patches, stateOfResponse).attribute(AuthenticatorResponse, 'clientDataJSON', read('clientDataJSON'));
  const onAttestation = membersOf(patches, (self) => attestationResponses.get(self));
  onAttestation.attribute(Attestation, 'attestationObject', read('attestationObject'));
  onAttestation.method(Attestation, 'getAuthenticatorData', read('authenticatorData'));
  onAttestation.method(Attestation, 'getPublicKey', read('publicKey'));
  onAttestation.method(Attestation, 'getPublicKeyAlgorithm', read('publicKeyAlgorithm'));
  onAttestation.method(Attestation, 'getTransports', ({ transports }) => [...(transports as string[])]);
  const onAssertion = membersOf(patches, (self) => assertionResponses.get(self));
  for (const name of ['authenticatorData', 'signature', 'userHandle'])
    onAssertion.attribute(Assertion, name, read(name));

  return {
    PublicKeyCredential,
    createRegistration(json) {
      const response = Object.create(Attestation.prototype);
      attestationResponses.set(response, registrationState(responseOf(json)));
      return createCredential(json, response, PublicKeyCredential);
    },
    createAssertion(json) {
      const response = Object.create(Assertion.prototype);
      assertionResponses.set(response, assertionState(responseOf(json)));
      return createCredential(json, response, PublicKeyCredential);
    },
  };
}

const read = (name: string) => (state: ResponseState) => state[name];

/** Returns functions that define a member for the objects that have a state. */
function membersOf<S>(patches: Patches, stateOf: (self: object) => S | undefined) {
  const withState =
    (read: (state: S) => unknown) =>
    (original: ((self: unknown, args: unknown[]) => unknown) | undefined) =>
    (self: unknown, args: unknown[]) => {
      const state = typeof self === 'object' && self !== null ? stateOf(self) : undefined;
      if (state) return read(state);
      if (original) return original(self, args);
      throw new TypeError('Illegal invocation');
    };
  return {
    attribute: ({ prototype }: InterfaceObject, name: string, read: (state: S) => unknown) =>
      patches.attribute(prototype, name, withState(read)),
    method: ({ prototype }: InterfaceObject, name: string, read: (state: S) => unknown) =>
      patches.method(prototype, name, 0, withState(read)),
  };
}

function createCredential(json: unknown, response: object, { prototype }: InterfaceObject): object {
  const { id, rawId, authenticatorAttachment, clientExtensionResults } = json as Record<string, unknown>;
  if (typeof id !== 'string') throw new TypeError('The member "id" is not a string');
  const state: CredentialState = {
    json: {
      ...(typeof authenticatorAttachment === 'string' && { authenticatorAttachment }),
      clientExtensionResults: (clientExtensionResults ?? {}) as Record<string, unknown>,
      id,
      rawId: rawId as string,
      response: responseOf(json),
      type: 'public-key',
    },
    rawId: decode({ rawId }, 'rawId'),
    response,
  };
  const credential = Object.create(prototype);
  credentials.set(credential, state);
  return credential;
}

function responseOf(json: unknown): Record<string, unknown> {
  const { response } = (json ?? {}) as { response?: unknown };
  if (typeof response !== 'object' || response === null) throw new TypeError('The member "response" is not an object');
  return response as Record<string, unknown>;
}

function registrationState(response: Record<string, unknown>): ResponseState {
  const { transports, publicKeyAlgorithm } = response;
  if (!Array.isArray(transports)) throw new TypeError('The member "transports" is not a list');
  return {
    clientDataJSON: decode(response, 'clientDataJSON'),
    attestationObject: decode(response, 'attestationObject'),
    authenticatorData: decode(response, 'authenticatorData'),
    publicKey: response.publicKey === undefined ? null : decode(response, 'publicKey'),
    publicKeyAlgorithm,
    transports,
  };
}

const assertionState = (response: Record<string, unknown>): ResponseState => ({
  clientDataJSON: decode(response, 'clientDataJSON'),
  authenticatorData: decode(response, 'authenticatorData'),
  signature: decode(response, 'signature'),
  userHandle: response.userHandle === undefined ? null : decode(response, 'userHandle'),
});

function decode(members: Record<string, unknown>, name: string): ArrayBuffer {
  const value = members[name];
  const decoded = typeof value === 'string' ? fromBase64url(value) : undefined;
  if (!decoded) throw new TypeError(`The member "${name}" is not base64url`);
  return decoded;
}

/** Returns the client extension outputs with their binary members as ArrayBuffers. */
function extensionResults({ clientExtensionResults }: CredentialJSON): Record<string, unknown> {
  const results = structuredClone(clientExtensionResults);
  for (const path of binaryOutputs) {
    const names = path.split('.');
    const last = names.pop() as string;
    let holder: Record<string, unknown> | undefined = results;
    for (const name of names) holder = holder?.[name] as Record<string, unknown> | undefined;
    if (typeof holder?.[last] === 'string') holder[last] = decode(holder, last);
  }
  return results;
}
