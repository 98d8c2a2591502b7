/** Credential Properties, WebAuthn L3 section 10.1.3: tells whether the credential is discoverable. The authenticator takes no part. */
import type { ClientExtension } from './extension.ts';

export const credProps: ClientExtension = {
  create: ({ credProps }) =>
    credProps === true ? { clientOutputs: ({ discoverable }) => ({ credProps: { rk: discoverable } }) } : undefined,
};
