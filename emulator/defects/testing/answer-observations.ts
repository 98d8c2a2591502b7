/** What shows a defect of extensions, of the management commands and of the transport. */

import { concat, toHex } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { permissions } from '#protocol/commands.ts';
import { messageOf, rpId } from '../../testing/test-platform.ts';
import { type Observation, outcome, pin, status } from './subject.ts';

const outputsAtRegistration: Observation = async (subject) =>
  (await subject.registeredData({ extensions: { credProtect: 3, 'hmac-secret': true } })).extensions;
/** One salt: what is said of the two secrets, encrypted. */
const secretOutput: Observation = async (subject) => {
  await subject.account();
  const { protocol, secret, keyAgreement } = await subject.platform.agree(2);
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
  'extension.all-ignored': outputsAtRegistration,
  'extension.cred-protect-silent': outputsAtRegistration,
  'extension.cred-protect-lower': outputsAtRegistration,
  'extension.hmac-secret-denied': outputsAtRegistration,
  'extension.hmac-secret-number': outputsAtRegistration,
  'extension.min-pin-length-told-to-all': outputsAtRegistration,
  'extension.unsolicited': outputsAtRegistration,
  'extension.hmac-secret-zero': secretOutput,
  'extension.hmac-secret-cut-off': secretOutput,
};

/** The answer to a credentialManagement subcommand without parameters, as bytes, of a key with one passkey. */
const managed =
  (subCommand: number): Observation =>
  async (subject) => {
    await subject.account();
    const { token, protocol } = await subject.platform.pinToken(2, pin, { permissions: permissions.cm });
    const pinUvAuthParam = protocol.authenticate(token as Uint8Array, new Uint8Array([subCommand]));
    const request = { subCommand, pinUvAuthProtocol: 2, pinUvAuthParam };
    return outcome(subject.platform.send('authenticatorCredentialManagement', request));
  };
const fingerprintKey: Observation = async ({ platform }) => [
  await outcome(platform.send('authenticatorBioEnrollment', { getModality: true })),
  await outcome(platform.send('authenticatorBioEnrollment', { modality: 1, subCommand: 7 })),
];
const blobArray: Observation = ({ platform }) =>
  outcome(platform.send('authenticatorLargeBlobs', { get: 960, offset: 0 }));

export const managementObservations: Record<string, Observation> = {
  'credmgmt.count-missing': managed(0x01),
  'credmgmt.count-too-many': managed(0x01),
  'credmgmt.room-denied': managed(0x01),
  'credmgmt.rp-missing': managed(0x02),
  'credmgmt.rp-id-missing': managed(0x02),
  'credmgmt.rp-id-hash-other': managed(0x02),
  'credmgmt.total-too-many': managed(0x02),
  'bio.modality-unknown': fingerprintKey,
  'bio.modality-missing': fingerprintKey,
  'bio.samples-zero': fingerprintKey,
  'bio.kind-unknown': fingerprintKey,
  'largeblobs.missing': blobArray,
  'largeblobs.hash-wrong': blobArray,
  'largeblobs.cut-off': blobArray,
  'largeblobs.text': blobArray,
};

const answers: Observation = async (subject) => {
  const retries = await subject.authenticator.process(messageOf('authenticatorClientPIN', new Map([[2, 1]])));
  return [toHex(retries), toHex(await subject.rawInfo())];
};
/** Whether an answer is there at once, and after a minute. */
const promptness: Observation = async (subject) => {
  let answered = false;
  const answer = subject.rawInfo().then(() => {
    answered = true;
  });
  const seen: boolean[] = [];
  for (const ms of [0, 60_000]) {
    subject.clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(answered);
  }
  subject.clock.advance(3_600_000);
  await answer;
  return seen;
};

export const transportObservations: Record<string, Observation> = {
  'transport.silent': ({ authenticator }) =>
    outcome(authenticator.process(messageOf('authenticatorGetInfo'), { signal: AbortSignal.abort() })),
  'transport.empty': answers,
  'transport.truncated': answers,
  'transport.duplicated': answers,
  'transport.stale': answers,
  'transport.oversize': answers,
  'transport.bit-flipped': answers,
  'transport.slow': promptness,
  'transport.very-slow': promptness,
  'transport.no-keepalives': async ({ gestures, platform }) => {
    const states: string[] = [];
    gestures.touch();
    await platform.makeCredential({}, { keepalive: (state) => states.push(state) });
    return states;
  },
  'transport.requests-unchecked': async ({ authenticator }) => {
    const trailing = concat(messageOf('authenticatorClientPIN', new Map([[2, 1]])), new Uint8Array(1));
    return (await authenticator.process(trailing))[0];
  },
  'transport.size-unchecked': (subject) => status(subject.register({ rp: { id: rpId, name: 'x'.repeat(8000) } })),
};
