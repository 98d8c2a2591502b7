/** Entry of the init script: makes `navigator.credentials` of this document send its requests to the session in Node.js. */
import type { ShimConfig } from '../messages.ts';
import { defineCredentialInterfaces } from './credential.ts';
import { defineCredentialsContainer } from './credentials-container.ts';
import { NodeConnection } from './node-connection.ts';
import { Patches } from './patches.ts';
import { defineStaticMethods } from './public-key-credential.ts';
import { UserActivation } from './user-activation.ts';
import { defineWebSocketBinding } from './web-socket-binding.ts';

/** The value that the session reads from a document, under a registered symbol with the name of the binding. */
export interface InstalledShim {
  documentId: string;
  /** Restores the engine's WebAuthn in the document. */
  restore(): void;
}

/** Installs the shim, except in a document that has it already, or that is not a secure context: browsers have no WebAuthn there. */
export function install(config: ShimConfig): void {
  const key = Symbol.for(config.binding);
  if (!globalThis.isSecureContext || key in globalThis) return;
  const connection = new NodeConnection(config);
  const patches = new Patches();
  const interfaces = defineCredentialInterfaces(patches);
  defineStaticMethods(patches, interfaces.PublicKeyCredential, connection);
  defineCredentialsContainer(patches, { connection, interfaces, activation: new UserActivation(config) });
  const installed: InstalledShim = {
    documentId: connection.documentId,
    restore() {
      patches.restore();
      Reflect.deleteProperty(globalThis, key);
    },
  };
  Object.defineProperty(globalThis, key, { value: installed, configurable: true });
}

/** Like `install`, with a connection to an authenticator server at `url` instead of a function that Playwright exposes. */
export function connect(config: ShimConfig, url: string): void {
  if (!globalThis.isSecureContext || Symbol.for(config.binding) in globalThis) return;
  defineWebSocketBinding(config.binding, url);
  install(config);
}
