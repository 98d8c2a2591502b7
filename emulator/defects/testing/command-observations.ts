/** Observations for defects of makeCredential, getAssertion and reset. */
import { utf8 } from '#base/bytes.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { permissions } from '#protocol/commands.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { rpId } from '../../testing/test-platform.ts';
import { type AuthenticatorUnderTest, type Observation, statusOf, valueOrError } from './authenticator-under-test.ts';

/** Returns the user names of the stored credentials after one registration. */
const readStoredUserNames: Observation = async (subject) => {
  await subject.registerDiscoverable();
  return subject.authenticator.inspect().credentials.map(({ userName }) => userName);
};
/** Returns the status of a request that only asks for a touch, and whether a touch was needed. */
const requestTouch: Observation = async ({ platform, gestures }) => {
  let wasAsked = false;
  gestures.whenAsked().then(
    () => {
      wasAsked = true;
      gestures.touch();
    },
    () => undefined,
  );
  const request = { pinUvAuthParam: new Uint8Array(0), pinUvAuthProtocol: 2 };
  return { status: await statusOf(platform.makeCredential(request)), wasAsked };
};

export const registrationObservations: Record<string, Observation> = {
  'registration.exclude-list-ignored': async (subject) => {
    const excluded = await subject.registerAndGetDescriptor();
    return statusOf(subject.register({ excludeList: [excluded] }));
  },
  'registration.presence-not-awaited': async ({ gestures, platform }) => {
    gestures.deny();
    return statusOf(platform.makeCredential());
  },
  'registration.verification-not-required': (subject) => statusOf(subject.register({ options: { rk: true } })),
  'registration.token-ignored': async (subject) =>
    (await subject.registerAndReadAuthData(await subject.pinUvAuth())).flags,
  'registration.rk-ignored': readStoredUserNames,
  'registration.rk-always': async (subject) => {
    await subject.register(await subject.pinUvAuth());
    return subject.authenticator.inspect().credentials.length;
  },
  'registration.up-false-accepted': (subject) => statusOf(subject.register({ options: { up: false } })),
  'registration.uv-option-ignored': (subject) => statusOf(subject.register({ options: { uv: true } })),
  'registration.touch-request-as-missing': requestTouch,
  'registration.touch-request-as-auth-invalid': requestTouch,
  'registration.uv-with-token-refused': async (subject) =>
    statusOf(subject.register({ options: { uv: true }, ...(await subject.pinUvAuth()) })),
  'registration.algorithm-last': async (subject) => {
    const pubKeyCredParams = [-8, -7].map((alg) => ({ type: 'public-key', alg }));
    return (await subject.registerAndReadAuthData({ pubKeyCredParams })).credentialPublicKey?.get(coseKeyLabels.alg);
  },
  'registration.algorithm-forced': (subject) =>
    statusOf(subject.register({ pubKeyCredParams: [{ type: 'public-key', alg: -257 }] })),
  'registration.user-name-lost': readStoredUserNames,
  'registration.enterprise-ignored': (subject) => statusOf(subject.register({ enterpriseAttestation: 1 })),
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

const registerTwoAccounts = async (subject: AuthenticatorUnderTest) => {
  await subject.registerDiscoverable('alice');
  await subject.registerDiscoverable('bob');
};
const signInWithTwoAccounts =
  (read: (reply: Awaited<ReturnType<AuthenticatorUnderTest['signIn']>>) => unknown): Observation =>
  async (subject) => {
    await registerTwoAccounts(subject);
    return valueOrError(subject.signIn().then(read));
  };
const readAssertionFlags =
  (options: Record<string, boolean>): Observation =>
  async (subject) => {
    await subject.registerDiscoverable();
    return parseAuthenticatorData((await subject.signIn({ options })).response.authData).flags;
  };
const readCredentialCount = signInWithTwoAccounts(({ response }) => response.numberOfCredentials);
const readStatus = signInWithTwoAccounts(({ status }) => status);

export const assertionObservations: Record<string, Observation> = {
  'assertion.allow-list-ignored': async (subject) => {
    await subject.registerDiscoverable();
    return statusOf(subject.signIn({ allowList: [{ id: new Uint8Array(64), type: 'public-key' }] }));
  },
  'assertion.cred-protect-ignored': async (subject) => {
    const allowed = await subject.registerAndGetDescriptor({ extensions: { credProtect: 3 } });
    return statusOf(subject.signIn({ allowList: [allowed] }));
  },
  'assertion.touch-for-silence': readAssertionFlags({ up: false }),
  'assertion.silence-for-touch': readAssertionFlags({ up: true }),
  'assertion.rk-option-accepted': async (subject) => {
    await subject.registerDiscoverable();
    return statusOf(subject.signIn({ options: { rk: true } }));
  },
  'assertion.names-unverified': signInWithTwoAccounts(({ response }) => response.user?.name),
  'assertion.oldest-first': signInWithTwoAccounts(({ response }) => response.user?.id),
  'assertion.never-forgotten': async (subject) => {
    await registerTwoAccounts(subject);
    await subject.signIn();
    subject.clock.advance(31_000);
    return statusOf(subject.platform.send('authenticatorGetNextAssertion'));
  },
  'assertion.count-missing': readCredentialCount,
  'assertion.count-too-large': readCredentialCount,
  'assertion.count-absurd': readCredentialCount,
  'assertion.uv-with-token-refused': async (subject) => {
    await subject.registerDiscoverable();
    return statusOf(subject.signIn({ options: { uv: true }, ...(await subject.pinUvAuth(permissions.ga)) }));
  },
  'assertion.credential-missing': readStatus,
  'assertion.signature-missing': readStatus,
  'assertion.user-id-missing': readStatus,
};

export const resetObservations: Record<string, Observation> = {
  'reset.any-time': async (subject) => {
    subject.clock.advance(11_000);
    subject.gestures.touch();
    return statusOf(subject.platform.send('authenticatorReset'));
  },
  'reset.without-touch': async (subject) => {
    subject.gestures.deny();
    return statusOf(subject.platform.send('authenticatorReset'));
  },
  'reset.forgets-nothing': async (subject) => {
    await subject.registerDiscoverable();
    subject.gestures.touch();
    const { status } = await subject.platform.send('authenticatorReset');
    const { pin, credentials } = subject.authenticator.inspect();
    return { status, pin, credentials: credentials.length };
  },
};
