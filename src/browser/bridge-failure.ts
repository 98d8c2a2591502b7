/** What a page gets when a request fails, and what the bridge records about it. Both routes do the same. */
import { messageOf } from '#base/errors.ts';
import { WebAuthnError } from '#protocol/errors.ts';
import type { BridgedCall, BridgeProblem } from './bridge.ts';

/** The DOMException for the page. */
export interface PageError {
  name: string;
  message: string;
}

/** For every failure whose reason the page must not get. */
const unknownError: PageError = { name: 'UnknownError', message: 'The request could not be completed.' };

/** Returns the error for the page. Only a `WebAuthnError` is meant for it; its `cause` is not. */
export const toPageError = (error: unknown): PageError =>
  error instanceof WebAuthnError ? { name: error.name, message: error.message } : unknownError;

/** Returns the record of a failure; the page gets only an UnknownError. */
export const bridgeProblem = (kind: BridgeProblem['kind'], ceremony: BridgedCall, cause: unknown): BridgeProblem => ({
  kind,
  ceremony,
  error: cause instanceof Error ? cause : new Error(messageOf(cause)),
});

export const abortError = (message: string) => new WebAuthnError('AbortError', message);
