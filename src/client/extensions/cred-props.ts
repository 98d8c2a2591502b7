/** Credential Properties, WebAuthn L3 section 10.1.3: reports whether the credential is discoverable. Sends nothing to the authenticator. */
import type { ClientExtension } from './extension.ts';

export const credProps: ClientExtension = {
  create: ({ credProps }) =>
    credProps === true ? { clientOutputs: ({ discoverable }) => ({ credProps: { rk: discoverable } }) } : undefined,
};
