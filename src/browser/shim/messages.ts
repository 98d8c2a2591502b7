/** The messages between the init script in a document and its session in Node.js: JSON text in both directions. */
import type { CredentialSignal } from '#client/signals.ts';
import type { PageError } from '../bridge-failure.ts';

/** The document that sends a message. The init script reads it before any script of the page runs. */
export interface SendingDocument {
  /** Differs for every document. */
  documentId: string;
  /** Serialized origin, `null` for an opaque one. */
  origin: string;
  /** Serialized origins of the ancestors, from the parent to the top-level document. */
  ancestorOrigins: string[];
}

export interface CeremonyMessage {
  type: 'create' | 'get';
  /** Differs for every request. */
  requestId: string;
  mediation?: 'conditional';
  /** Whether the permissions policy allows the request. `unknown`: the engine does not show this to pages. */
  policy: 'allowed' | 'unknown';
  /** PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON. */
  publicKey: unknown;
}

export type PageMessage =
  | CeremonyMessage
  /** The page aborted the request. */
  | { type: 'cancel'; requestId: string }
  /** The script could not make a credential from the result. */
  | { type: 'refused'; ceremony: 'create' | 'get'; message: string }
  | { type: 'is-uvpaa' }
  | { type: 'capabilities' }
  | { type: 'signal'; signal: CredentialSignal };

export type Reply = { value: unknown } | { error: PageError };

export interface ShimConfig {
  /** Name of the function that Playwright exposes in every document. */
  binding: string;
  /** Whether `navigator.userActivation` shows gestures of the user. In Firefox, Playwright activates every frame without one. */
  showsUserActivation: boolean;
}
