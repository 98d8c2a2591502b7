/** Explains to the user why `create()` failed in the browser, by DOMException name (WebAuthn L3 section 5.1.3). */

interface ClientErrorExplanation {
  why: string;
  advice: string;
}

const clientErrors = {
  NotAllowedError: {
    why: 'The set-up was cancelled, or it took too long.',
    advice: 'Try again and follow the steps in the security dialog.',
  },
  InvalidStateError: {
    why: 'This security key or device is already registered for your account.',
    advice: 'Use a different security key or device.',
  },
  ConstraintError: {
    why: 'The security key or device can’t do what your organisation requires, such as asking for a PIN.',
    advice: 'Try a different security key or device.',
  },
  NotSupportedError: {
    why: 'Your browser or device doesn’t support the kind of passkey your organisation uses.',
    advice: 'Try another browser or device.',
  },
  SecurityError: {
    why: 'Your browser doesn’t accept this site’s address for passkeys.',
    advice: 'Check the address in your browser, then try again.',
  },
  AbortError: { why: 'The set-up was interrupted.', advice: 'Try again.' },
  NoWebAuthn: {
    why: 'This browser can’t create passkeys.',
    advice: 'Update it, or try another browser.',
  },
  UnknownError: {
    why: 'Your security key or browser reported a problem.',
    advice: 'Unplug the security key, plug it in again and try once more.',
  },
} as const satisfies Record<string, ClientErrorExplanation>;

/** Returns the explanation for DOMException `name`; for an unknown name, that of `UnknownError`. */
export const describeClientError = (name: string): ClientErrorExplanation =>
  Object.hasOwn(clientErrors, name) ? clientErrors[name as keyof typeof clientErrors] : clientErrors.UnknownError;
