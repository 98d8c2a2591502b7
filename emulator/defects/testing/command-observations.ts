/** What shows a defect of makeCredential, getAssertion and reset. */

import { utf8 } from '#base/bytes.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { rpId } from '../../testing/test-platform.ts';
import { type Observation, outcome, type Subject, status } from './subject.ts';

const stored: Observation = async (subject) => {
  await subject.account();
  return subject.authenticator.inspect().credentials.map(({ userName }) => userName);
};
export const registrationObservations: Record<string, Observation> = {
  'registration.exclude-list-ignored': async (subject) => {
    const { attestedCredentialData } = await subject.registeredData();
    return status(
      subject.register({ excludeList: [{ id: attestedCredentialData!.credentialId, type: 'public-key' }] }),
    );
  },
  'registration.presence-not-awaited': async ({ gestures, platform }) => {
    gestures.deny();
    return status(platform.makeCredential());
  },
  'registration.verification-not-required': (subject) => status(subject.register({ options: { rk: true } })),
  'registration.token-ignored': async (subject) => (await subject.registeredData(await subject.proof())).flags,
  'registration.rk-ignored': stored,
  'registration.rk-always': async (subject) => {
    await subject.register(await subject.proof());
    return subject.authenticator.inspect().credentials.length;
  },
  'registration.up-false-accepted': (subject) => status(subject.register({ options: { up: false } })),
  'registration.uv-option-ignored': (subject) => status(subject.register({ options: { uv: true } })),
  'registration.algorithm-last': async (subject) => {
    const pubKeyCredParams = [-8, -7].map((alg) => ({ type: 'public-key', alg }));
    return (await subject.registeredData({ pubKeyCredParams })).credentialPublicKey?.get(coseKeyLabels.alg);
  },
  'registration.algorithm-forced': (subject) =>
    status(subject.register({ pubKeyCredParams: [{ type: 'public-key', alg: -257 }] })),
  'registration.user-name-lost': stored,
  'registration.enterprise-ignored': (subject) => status(subject.register({ enterpriseAttestation: 1 })),
  'registration.missing-hash-accepted': ({ gestures, platform }) => {
    gestures.touch();
    const rp = new Map([['id', rpId]]);
    const user = new Map([['id', utf8('user')]]);
    const es256 = new Map<string, string | number>([
      ['alg', -7],
      ['type', 'public-key'],
    ]);
    return platform.sendRaw(
      'authenticatorMakeCredential',
      new Map<number, CborMap | CborMap[]>([
        [2, rp],
        [3, user as CborMap],
        [4, [es256 as CborMap]],
      ]),
    );
  },
};

const twoAccounts = async (subject: Subject) => {
  await subject.account('alice');
  await subject.account('bob');
};
const afterTwoAccounts =
  (look: (reply: Awaited<ReturnType<Subject['signIn']>>) => unknown): Observation =>
  async (subject) => {
    await twoAccounts(subject);
    return outcome(subject.signIn().then(look));
  };
const flagsOfAssertion =
  (options: Record<string, boolean>): Observation =>
  async (subject) => {
    await subject.account();
    return parseAuthenticatorData((await subject.signIn({ options })).response.authData).flags;
  };
const countTold = afterTwoAccounts(({ response }) => response.numberOfCredentials);
const readable = afterTwoAccounts(({ status }) => status);

export const assertionObservations: Record<string, Observation> = {
  'assertion.allow-list-ignored': async (subject) => {
    await subject.account();
    return status(subject.signIn({ allowList: [{ id: new Uint8Array(64), type: 'public-key' }] }));
  },
  'assertion.cred-protect-ignored': async (subject) => {
    const { attestedCredentialData } = await subject.registeredData({ extensions: { credProtect: 3 } });
    return status(subject.signIn({ allowList: [{ id: attestedCredentialData!.credentialId, type: 'public-key' }] }));
  },
  'assertion.touch-for-silence': flagsOfAssertion({ up: false }),
  'assertion.silence-for-touch': flagsOfAssertion({ up: true }),
  'assertion.rk-option-accepted': async (subject) => {
    await subject.account();
    return status(subject.signIn({ options: { rk: true } }));
  },
  'assertion.names-unverified': afterTwoAccounts(({ response }) => response.user?.name),
  'assertion.oldest-first': afterTwoAccounts(({ response }) => response.user?.id),
  'assertion.never-forgotten': async (subject) => {
    await twoAccounts(subject);
    await subject.signIn();
    subject.clock.advance(31_000);
    return status(subject.platform.send('authenticatorGetNextAssertion'));
  },
  'assertion.count-missing': countTold,
  'assertion.count-too-large': countTold,
  'assertion.count-absurd': countTold,
  'assertion.credential-missing': readable,
  'assertion.signature-missing': readable,
  'assertion.user-id-missing': readable,
};

export const resetObservations: Record<string, Observation> = {
  'reset.any-time': async (subject) => {
    subject.clock.advance(11_000);
    subject.gestures.touch();
    return status(subject.platform.send('authenticatorReset'));
  },
  'reset.without-touch': async (subject) => {
    subject.gestures.deny();
    return status(subject.platform.send('authenticatorReset'));
  },
  'reset.forgets-nothing': async (subject) => {
    await subject.account();
    subject.gestures.touch();
    const { status } = await subject.platform.send('authenticatorReset');
    const { pin, credentials } = subject.authenticator.inspect();
    return { status, pin, credentials: credentials.length };
  },
};
