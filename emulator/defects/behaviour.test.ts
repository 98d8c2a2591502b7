/** Every defect of behaviour shows: an observation that is the same in two correct authenticators, and another with the defect. */
import { describe, expect, it } from 'vitest';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { concat, toHex, utf8 } from '#protocol/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { permissions } from '#protocol/commands.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { UsageError } from '#protocol/errors.ts';
import { systemRandom } from '#protocol/seams.ts';
import { parseCertificate } from '#relying-party/verification/certificate.ts';
import { type AuthenticatorOptions, createAuthenticator, type DefectId, defectGroups, defects } from '../index.ts';
import { messageOf, rpId } from '../test-platform.ts';
import { outcome, pin, Subject } from './test-subject.ts';

type Observation = (subject: Subject) => Promise<unknown>;

const mcToken = { permissions: permissions.mc, rpId };
const flags: Observation = async (subject) => (await subject.registeredData()).flags;
const makesCredential: Observation = (subject) => outcome(subject.register());
const status = async (reply: Promise<{ status: string }>) => (await reply).status;

const flagObservations: Record<string, Observation> = {
  'flags.uv-claimed': flags,
  'flags.rfu1-set': flags,
  'flags.rfu2-set': flags,
  'flags.be-claimed': flags,
  'counter.little-endian': async (subject) => (await subject.registeredData()).signCount,
  'counter.leaps': async (subject) => (await subject.registeredData()).signCount,
};

const signatureOf = async (subject: Subject) => (await subject.register()).response.attStmt.get('sig') as Uint8Array;
const leafOf = async (subject: Subject) => {
  const [leaf] = (await subject.register()).response.attStmt.get('x5c') as Uint8Array[];
  return parseCertificate(leaf!);
};
const extensionsOfLeaf: Observation = async (subject) =>
  [...(await leafOf(subject)).extensions].map(([oid, { value }]) => [oid, value.length === 4 ? toHex(value) : '']);
const serialOfLeaf: Observation = async (subject) => {
  const { der } = await leafOf(subject);
  const at = der.indexOf(0x02, 11); // behind the version
  return toHex(der.subarray(at, at + 2 + der[at + 1]!));
};
const attestationObservations: Record<string, Observation> = {
  'signature.trailing-byte': async (subject) => {
    const signature = await signatureOf(subject);
    return signature.length - 2 - signature[1]!;
  },
  'signature.der-long-length': async (subject) => (await signatureOf(subject))[1] === 0x81,
  'attestation.fmt-number': async (subject) => typeof (await makesCredential(subject)),
  'attestation.fmt-missing': async (subject) => typeof (await makesCredential(subject)),
  'attestation.auth-data-missing': async (subject) => typeof (await makesCredential(subject)),
  'attestation.statement-missing': async (subject) => typeof (await makesCredential(subject)),
  'attestation.statement-list': async (subject) => typeof (await makesCredential(subject)),
  'certificate.subject-c-unknown': async (subject) => toHex((await leafOf(subject)).subject),
  'certificate.aaguid-missing': extensionsOfLeaf,
  'certificate.key-usage-authority': extensionsOfLeaf,
  'certificate.key-usage-missing': extensionsOfLeaf,
  'certificate.web-server': extensionsOfLeaf,
  'certificate.serial-zero': serialOfLeaf,
  'certificate.serial-long': serialOfLeaf,
};

const retriesAfterOneWrongPin: Observation = async (subject) => {
  await subject.wrongPins(1);
  return subject.authenticator.inspect().pinRetries;
};
const retriesTold: Observation = (subject) =>
  outcome(subject.platform.clientPin('getPINRetries').then(({ response }) => response.pinRetries));
const agreement: Observation = (subject) => outcome(subject.platform.agree(2).then(() => 'agreed'));
const tokenReceived: Observation = (subject) =>
  outcome(subject.platform.pinToken(2, pin, mcToken).then(({ token }) => token?.length));

const pinObservations: Record<string, Observation> = {
  'pin.no-soft-lock': (subject) => subject.wrongPins(3),
  'pin.soft-lock-late': (subject) => subject.wrongPins(3),
  'pin.retries-unlimited': retriesAfterOneWrongPin,
  'pin.retries-double': retriesAfterOneWrongPin,
  'pin.retries-not-restored': async (subject) => {
    await subject.wrongPins(1);
    await subject.platform.pinToken(2, pin, mcToken);
    return subject.authenticator.inspect().pinRetries;
  },
  'pin.decrement-after-answer': async ({ platform, authenticator }) => {
    const { keyAgreement } = await platform.agree(2);
    authenticator.faults.plan({ at: 'authenticatorClientPIN', do: 'power-cut' });
    const request = { pinUvAuthProtocol: 2, keyAgreement, pinHashEnc: new Uint8Array(32), ...mcToken };
    await platform.clientPin('getPinUvAuthTokenUsingPinWithPermissions', request).catch(() => undefined);
    return authenticator.inspect().pinRetries;
  },
  'pin.never-blocked': ({ platform }) => status(platform.pinToken(2, pin, mcToken)),
  'pin.not-compared': (subject) => subject.wrongPins(1),
  'pin.policy-ignored': ({ platform }) => platform.changePin(2, pin, '1'),
  'pin.set-twice': ({ platform }) => platform.setPin(2, '567890'),
  'pin.key-agreement-kept': async (subject) => {
    const key = async () => {
      const { response } = await subject.platform.clientPin('getKeyAgreement', { pinUvAuthProtocol: 2 });
      return toHex(response.keyAgreement?.get(coseKeyLabels.x) as Uint8Array);
    };
    const before = await key();
    await subject.wrongPins(1);
    return (await key()) === before;
  },
  'pin.retries-missing': retriesTold,
  'pin.retries-too-many': retriesTold,
  'pin.retries-negative': retriesTold,
  'pin.power-cycle-denied': async (subject) => {
    await subject.wrongPins(3);
    return (await subject.platform.clientPin('getPINRetries')).response.powerCycleState;
  },
  'pin.key-agreement-missing': agreement,
  'pin.key-agreement-off-curve': agreement,
  'pin.key-agreement-crv': agreement,
  'pin.key-agreement-x-short': agreement,
  'pin.key-agreement-bytes': agreement,
};

const tokenObservations: Record<string, Observation> = {
  'token.permissions-ignored': async (subject) => status(subject.signIn(await subject.proof(permissions.mc))),
  'token.rp-id-ignored': async (subject) =>
    status(subject.register({ rp: { id: 'other.example' }, ...(await subject.proof()) })),
  'token.never-expires': async (subject) => {
    const proof = await subject.proof();
    subject.clock.advance(3_600_000);
    return status(subject.register(proof));
  },
  'token.not-consumed': async (subject) => {
    const proof = await subject.proof();
    await subject.register(proof);
    return status(subject.register(proof));
  },
  'token.not-verified': async (subject) => {
    await subject.proof();
    return status(subject.register({ pinUvAuthProtocol: 2, pinUvAuthParam: new Uint8Array(32) }));
  },
  'token.old-survives': async (subject) => {
    const old = await subject.proof();
    await subject.proof();
    return status(subject.register(old));
  },
  'token.survives-pin-change': async (subject) => {
    const proof = await subject.proof();
    await subject.platform.changePin(2, pin, '567890');
    return status(subject.register(proof));
  },
  'token.missing': tokenReceived,
  'token.cut-off': tokenReceived,
  'token.empty': tokenReceived,
  'token.text': tokenReceived,
};

const stored: Observation = async (subject) => {
  await subject.account();
  return subject.authenticator.inspect().credentials.map(({ userName }) => userName);
};
const registrationObservations: Record<string, Observation> = {
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

const assertionObservations: Record<string, Observation> = {
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

const resetObservations: Record<string, Observation> = {
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

const extensionObservations: Record<string, Observation> = {
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

const managementObservations: Record<string, Observation> = {
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

const transportObservations: Record<string, Observation> = {
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

const observations: Record<string, Observation> = {
  ...flagObservations,
  ...attestationObservations,
  ...pinObservations,
  ...tokenObservations,
  ...registrationObservations,
  ...assertionObservations,
  ...resetObservations,
  ...managementObservations,
  ...extensionObservations,
  ...transportObservations,
};
/** What an observation needs that is not there by default. */
const needs = (id: string): Partial<AuthenticatorOptions> => {
  if (Object.hasOwn(managementObservations, id)) return { persona: 'touchstone-complete' };
  return id === 'pin.never-blocked' ? { retries: 0 } : {};
};

describe('the observation differs with the defect', () => {
  it.each(Object.entries(observations))('%s', async (id, observe) => {
    const clean = await observe(new Subject([], needs(id)));
    expect(await observe(new Subject([], needs(id))), 'two clean runs agree').toEqual(clean);
    expect(await observe(new Subject([id as DefectId], needs(id)))).not.toEqual(clean);
  });
});

describe('the catalogue', () => {
  const shownElsewhere = /^(status|cbor|getinfo)\./; // all rows of these: status-codes.test.ts, answers.test.ts

  it('has an observation for every defect that is not shown elsewhere', () => {
    const unseen = Object.entries(defects).flatMap(([id, { tries }]) =>
      tries === 'relying-party' || shownElsewhere.test(id) ? [] : [id],
    );
    expect(Object.keys(observations).toSorted()).toEqual(unseen.toSorted());
  });

  it('has 300 defects and more, each in the group that its id names and in no other', () => {
    const all = Object.entries(defectGroups).flatMap(([group, { rows }]) =>
      Object.keys(rows).map((id) => ({ id, group })),
    );
    expect(all.length).toBeGreaterThanOrEqual(300);
    expect(all.length).toBe(Object.keys(defects).length);
    expect(all.filter(({ id, group }) => !id.startsWith(`${group}.`))).toEqual([]);
  });

  it.each(Object.entries(defects))(
    '%s says what it is, which requirement it breaks, and changes something',
    (_, row) => {
      const { title, breaks, tries, ...change } = row;
      expect(title).toMatch(/^\S.*[^.]$/);
      expect(breaks).toMatch(/^(CTAP 2\.\d|WebAuthn L3|RFC \d+) section \d/);
      expect(['relying-party', 'client', 'suite']).toContain(tries);
      expect(Object.keys(change)).toHaveLength(1);
    },
  );

  it('adds up', async () => {
    const { flags, signCount } = await new Subject(['flags.up-missing', 'counter.stuck']).registeredData();
    expect([flags & 0x01, signCount]).toEqual([0, 0]);
  });

  it('refuses an unknown id', () => {
    expect(() => createAuthenticator({ persona: 'touchstone-key', defects: ['nonsense' as DefectId] })).toThrow(
      UsageError,
    );
  });
});
