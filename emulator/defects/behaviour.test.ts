/** Every defect shows: an observation that is right without it and wrong with it. */
import { describe, expect, it } from 'vitest';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { inspect as inspectCbor } from '#protocol/cbor-reader.ts';
import { UsageError } from '#protocol/errors.ts';
import { AdjustableClock } from '#protocol/seams.ts';
import { createAuthenticator, type DefectId, defects, ManualGestures } from './index.ts';
import { messageOf, rpId, TestPlatform } from './test-platform.ts';

const pin = '1234';
interface Subject {
  platform: TestPlatform;
  clock: AdjustableClock;
  gestures: ManualGestures;
}
type Observation = (subject: Subject) => Promise<unknown>;

const registered: Observation = async ({ platform, gestures }) => {
  gestures.touch();
  const reply = await platform.makeCredential();
  return [reply.status, reply.response.authData?.[32]];
};
const authDataOf = async ({ platform, gestures }: Subject, verified = false) => {
  gestures.touch();
  const grant = verified ? (await platform.pinToken(2, pin, { permissions: 1, rpId })).token : undefined;
  return (await platform.makeCredential(grant ? platform.proof(2, grant) : {})).response.authData;
};
const rawInfo = async ({ platform }: Subject) => platform.authenticator.process(messageOf('authenticatorGetInfo'));
const wrongPins = async (platform: TestPlatform, count: number) => {
  const statuses: string[] = [];
  for (let attempt = 0; attempt < count; attempt++)
    statuses.push((await platform.pinToken(2, '0000', { permissions: 1, rpId })).status);
  return statuses;
};
const secondUse: Observation = async ({ platform, gestures }) => {
  const { token } = await platform.pinToken(2, pin, { permissions: 1, rpId });
  for (let touch = 0; touch < 2; touch++) gestures.touch();
  await platform.makeCredential(platform.proof(2, token!));
  return (await platform.makeCredential(platform.proof(2, token!))).status;
};

/** What to look at for each defect that changes behaviour or answers; the others are judged by verifiers in `attestation/`. */
const observations: Partial<Record<DefectId, Observation>> = {
  'flags.up-missing': registered,
  'uv-flag-missing': async (subject) => (await authDataOf(subject, true))[32]! & 0x04,
  'flags.bs-without-be': registered,
  'authdata.rp-id-hash-other': async (subject) => parseAuthenticatorData(await authDataOf(subject)).rpIdHash,
  'counter-stuck': async (subject) => {
    await authDataOf(subject);
    return parseAuthenticatorData(await authDataOf(subject)).signCount > 1;
  },
  'non-canonical-cbor': async (subject) => inspectCbor((await rawInfo(subject)).subarray(1)).findings,
  'extra-bytes': async (subject) => inspectCbor((await rawInfo(subject)).subarray(1)).findings,
  'truncated-answer': async (subject) => inspectCbor((await rawInfo(subject)).subarray(1)).findings,
  'empty-answer': async (subject) => (await rawInfo(subject)).length > 0,
  'unknown-status': async (subject) => (await rawInfo(subject))[0],
  silent: async ({ platform }) => {
    const signal = AbortSignal.abort();
    const answer = platform.authenticator.process(messageOf('authenticatorGetInfo'), { signal });
    return answer.then(
      () => 'answered',
      (error: Error) => error.name,
    );
  },
  'exclude-list-ignored': async (subject) => {
    const authData = await authDataOf(subject);
    const id = authData.slice(55, 55 + 64);
    subject.gestures.touch();
    return (await subject.platform.makeCredential({ excludeList: [{ id, type: 'public-key' }] })).status;
  },
  'registration.presence-not-awaited': async ({ platform, gestures }) => {
    gestures.deny();
    return (await platform.makeCredential()).status;
  },
  'cred-protect-ignored': async ({ platform, gestures }) => {
    gestures.touch();
    const { response } = await platform.makeCredential({ extensions: { credProtect: 3 } });
    const id = parseAuthenticatorData(response.authData).attestedCredentialData!.credentialId;
    gestures.touch();
    return (await platform.getAssertion({ allowList: [{ id, type: 'public-key' }] })).status;
  },
  'pin.no-soft-lock': async ({ platform }) => wrongPins(platform, 3),
  'pin.retries-unlimited': async ({ platform }) => {
    await wrongPins(platform, 1);
    return platform.authenticator.inspect().pinRetries;
  },
  'pin.decrement-after-answer': async ({ platform }) => {
    const { keyAgreement } = await platform.agree(2);
    platform.authenticator.faults.plan({ at: 'authenticatorClientPIN', do: 'power-cut' });
    const request = { pinUvAuthProtocol: 2, keyAgreement, pinHashEnc: new Uint8Array(32), permissions: 1, rpId };
    await platform.clientPin('getPinUvAuthTokenUsingPinWithPermissions', request).catch(() => undefined);
    return platform.authenticator.inspect().pinRetries;
  },
  'pin.key-agreement-kept': async ({ platform }) => {
    const key = async () =>
      (await platform.clientPin('getKeyAgreement', { pinUvAuthProtocol: 2 })).response.keyAgreement;
    const x = (map: CborMap | undefined) => Buffer.from(map?.get(-2) as Uint8Array).toString('hex');
    const before = x(await key());
    await wrongPins(platform, 1);
    return x(await key()) === before;
  },
  'token.permissions-ignored': async ({ platform }) => {
    const { token } = await platform.pinToken(2, pin, { permissions: 1, rpId });
    return (await platform.getAssertion(platform.proof(2, token!))).status;
  },
  'token.never-expires': async ({ platform, clock }) => {
    const { token } = await platform.pinToken(2, pin, { permissions: 2, rpId });
    clock.advance(3_600_000);
    return (await platform.getAssertion(platform.proof(2, token!))).status;
  },
  'token.not-consumed': secondUse,
};

function subjectWith(...wrong: DefectId[]): Subject {
  const [clock, gestures] = [new AdjustableClock(), new ManualGestures()];
  const options = { persona: 'touchstone-key', clock, gestures, pin, defects: wrong } as const;
  return { platform: new TestPlatform(createAuthenticator(options)), clock, gestures };
}

describe('the observation differs with the defect', () => {
  it.each(Object.entries(observations) as [DefectId, Observation][])('%s', async (defect, observe) => {
    const clean = await observe(subjectWith());
    expect(await observe(subjectWith()), 'two clean runs agree').toEqual(clean);
    expect(await observe(subjectWith(defect))).not.toEqual(clean);
  });
});

it('every defect says what it is and which requirement it breaks', () => {
  for (const [id, { title, breaks }] of Object.entries(defects)) {
    expect(title, id).not.toBe('');
    expect(breaks, id).toMatch(/^(CTAP 2\.\d|WebAuthn L3|RFC \d+) section \d/);
  }
});

it('defects add up', async () => {
  const authData = await authDataOf(subjectWith('flags.up-missing', 'counter-stuck'));
  expect([authData[32]! & 0x01, authData[36]]).toEqual([0, 0]);
});

it('an unknown defect is refused', () => {
  expect(() => createAuthenticator({ persona: 'touchstone-key', defects: ['nonsense' as DefectId] })).toThrow(
    UsageError,
  );
});
