/** Minimum PIN Length, CTAP 2.1 section 12.4: the output is in the authenticator data only. */
import type { AuthenticatorExtensions, ClientExtension } from './extension.ts';

export const minPinLength: ClientExtension = {
  create: ({ minPinLength }) =>
    minPinLength === true
      ? {
          authenticatorInputs: (info): AuthenticatorExtensions =>
            info.extensions?.includes('minPinLength') ? { minPinLength: true } : {},
        }
      : undefined,
};
