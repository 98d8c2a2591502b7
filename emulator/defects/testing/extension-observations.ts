/** Observations for defects of extensions. */
import { systemRandom } from '#base/random.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import type { Observation } from './authenticator-under-test.ts';

const readOutputsAtRegistration: Observation = async (subject) =>
  (await subject.registerAndReadAuthData({ extensions: { credProtect: 3, 'hmac-secret': true } })).extensions;

/** Returns the length of the encrypted hmac-secret output for one salt, and whether it is all zeros. */
const readSecretOutput: Observation = async (subject) => {
  await subject.registerDiscoverable();
  const { protocol, secret, keyAgreement } = await subject.platform.agreeOnSecret(2);
  const saltEnc = protocol.encrypt(secret, new Uint8Array(32).fill(7), systemRandom);
  const input = new Map<number, CborMap | Uint8Array | number>([
    [1, keyAgreement],
    [2, saltEnc],
    [3, protocol.authenticate(secret, saltEnc)],
    [4, 2],
  ]);
  const { response } = await subject.signIn({ extensions: { 'hmac-secret': input as CborMap } });
  const output = parseAuthenticatorData(response.authData).extensions?.get('hmac-secret') as Uint8Array;
  return { length: output.length, zero: output.every((byte) => byte === 0) };
};

export const extensionObservations: Record<string, Observation> = {
  'extension.all-ignored': readOutputsAtRegistration,
  'extension.cred-protect-silent': readOutputsAtRegistration,
  'extension.cred-protect-lower': readOutputsAtRegistration,
  'extension.hmac-secret-denied': readOutputsAtRegistration,
  'extension.hmac-secret-number': readOutputsAtRegistration,
  'extension.min-pin-length-told-to-all': readOutputsAtRegistration,
  'extension.unsolicited': readOutputsAtRegistration,
  'extension.hmac-secret-zero': readSecretOutput,
  'extension.hmac-secret-cut-off': readSecretOutput,
};
