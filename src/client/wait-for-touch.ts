/** Waits for a touch that does nothing else: to select one of several keys, or before a failure is reported. CTAP 2.1 sections 6.9 and 6.1.2 step 1. */
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { TransactOptions } from '#transport/device.ts';
import type { OpenAuthenticator } from './user-verification.ts';

/** Waits until this authenticator is touched: authenticatorSelection, or a dummy makeCredential on CTAP 2.0. */
export async function waitForTouch({ ctap, info }: OpenAuthenticator, options: TransactOptions): Promise<void> {
  if (hasSelection(info)) {
    await ctap.send('authenticatorSelection', {}, options);
    return;
  }
  try {
    await ctap.send('authenticatorMakeCredential', dummyRequest(info), options);
  } catch (error) {
    if (!(error instanceof CtapError && dummyStatuses.includes(error.status))) throw error;
  }
}

/** authenticatorSelection exists since CTAP 2.1 (section 6.9), so also in versions that are newer than this client. */
const hasSelection = ({ versions }: AuthenticatorInfo): boolean =>
  versions.some((version) => /^FIDO_2_[1-9]\d*$/.test(version));

/** Statuses of the dummy request after the touch. */
const dummyStatuses: readonly string[] = [
  'CTAP2_ERR_PIN_NOT_SET',
  'CTAP2_ERR_PIN_INVALID',
  'CTAP2_ERR_PIN_AUTH_INVALID',
] satisfies CtapError['status'][];

/** Section 6.1.2 step 1: for an empty pinUvAuthParam, a CTAP 2.0 authenticator waits for a touch and then fails. */
const dummyRequest = (info: AuthenticatorInfo) => ({
  clientDataHash: new Uint8Array(32),
  rp: { id: '.dummy', name: '.dummy' },
  user: { id: new Uint8Array([1]), name: 'dummy', displayName: 'dummy' },
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  ...(info.options?.clientPin !== undefined && {
    pinUvAuthParam: new Uint8Array(0),
    pinUvAuthProtocol: info.pinUvAuthProtocols?.[0] ?? 1,
  }),
});
