/** Every swapped status: the request that rightly ends with one status ends with the other. */
import { describe, expect, it } from 'vitest';
import { statusName } from '#protocol/status.ts';
import type { AuthenticatorOptions, DefectId } from '../index.ts';
import { rpId } from '../testing/test-platform.ts';
import { type Swap, statusSwaps } from './status-codes.ts';
import { Subject } from './testing/subject.ts';

interface Provocation {
  options?: Partial<AuthenticatorOptions>;
  /** The status that comes of it. */
  provoke(subject: Subject): Promise<string>;
}
type Provoked = (typeof statusSwaps)[keyof typeof statusSwaps]['from'];

const status = async (reply: Promise<{ status: string }>) => (await reply).status;
const raw = async ({ authenticator }: Subject, ...message: number[]) =>
  statusName((await authenticator.process(new Uint8Array(message)))[0]!)!;
const token = { permissions: 1, rpId };

const provocations: Record<Provoked, Provocation> = {
  CTAP2_ERR_CREDENTIAL_EXCLUDED: {
    async provoke(subject) {
      const { attestedCredentialData } = await subject.registeredData();
      const excluded = { id: attestedCredentialData!.credentialId, type: 'public-key' };
      subject.gestures.touch();
      return status(subject.platform.makeCredential({ excludeList: [excluded] }));
    },
  },
  CTAP2_ERR_UNSUPPORTED_ALGORITHM: {
    provoke: (subject) => status(subject.register({ pubKeyCredParams: [{ type: 'public-key', alg: -257 }] })),
  },
  CTAP2_ERR_KEY_STORE_FULL: { options: { credentialCapacity: 0 }, provoke: (subject) => status(subject.account()) },
  CTAP2_ERR_INVALID_OPTION: { provoke: (subject) => status(subject.register({ options: { uv: true } })) },
  CTAP2_ERR_UNSUPPORTED_OPTION: { provoke: (subject) => status(subject.signIn({ options: { rk: true } })) },
  CTAP2_ERR_PUAT_REQUIRED: { provoke: (subject) => status(subject.register({ options: { rk: true } })) },
  CTAP2_ERR_OPERATION_DENIED: {
    provoke(subject) {
      subject.gestures.deny();
      return status(subject.platform.makeCredential());
    },
  },
  CTAP2_ERR_USER_ACTION_TIMEOUT: {
    options: { gestures: { respond: () => 'timeout' } },
    provoke: (subject) => status(subject.platform.makeCredential()),
  },
  CTAP2_ERR_KEEPALIVE_CANCEL: {
    provoke: ({ platform }) => status(platform.makeCredential({}, { signal: AbortSignal.abort() })),
  },
  CTAP2_ERR_NO_CREDENTIALS: { provoke: (subject) => status(subject.signIn()) },
  CTAP2_ERR_NOT_ALLOWED: { provoke: ({ platform }) => status(platform.send('authenticatorGetNextAssertion')) },
  CTAP2_ERR_PIN_INVALID: { provoke: async (subject) => (await subject.wrongPins(1))[0]! },
  CTAP2_ERR_PIN_AUTH_BLOCKED: { provoke: async (subject) => (await subject.wrongPins(3))[2]! },
  CTAP2_ERR_PIN_BLOCKED: {
    options: { retries: 0 },
    provoke: ({ platform }) => status(platform.pinToken(2, '1234', token)),
  },
  CTAP2_ERR_PIN_NOT_SET: {
    options: { pin: undefined },
    provoke: ({ platform }) => status(platform.pinToken(2, '1234', token)),
  },
  CTAP2_ERR_PIN_POLICY_VIOLATION: { provoke: ({ platform }) => platform.changePin(2, '1234', '1') },
  CTAP2_ERR_PIN_AUTH_INVALID: {
    provoke: (subject) => status(subject.register({ pinUvAuthProtocol: 2, pinUvAuthParam: new Uint8Array(32) })),
  },
  CTAP2_ERR_MISSING_PARAMETER: {
    provoke: ({ platform }) => platform.sendRaw('authenticatorMakeCredential', new Map()),
  },
  CTAP2_ERR_CBOR_UNEXPECTED_TYPE: {
    provoke: ({ platform }) => platform.sendRaw('authenticatorMakeCredential', new Map([[1, 'text']])),
  },
  CTAP2_ERR_INVALID_CBOR: { provoke: (subject) => raw(subject, 0x01, 0xff) },
  CTAP1_ERR_INVALID_COMMAND: { provoke: (subject) => raw(subject, 0x77) },
  CTAP2_ERR_INVALID_SUBCOMMAND: {
    provoke: ({ platform }) => platform.sendRaw('authenticatorClientPIN', new Map([[2, 0x55]])),
  },
  CTAP2_ERR_REQUEST_TOO_LARGE: {
    provoke: (subject) => status(subject.register({ rp: { id: rpId, name: 'x'.repeat(8000) } })),
  },
  CTAP2_ERR_LIMIT_EXCEEDED: {
    provoke: (subject) =>
      status(
        subject.register({
          excludeList: Array.from({ length: 17 }, (_, index) => ({ id: new Uint8Array([index]), type: 'public-key' })),
        }),
      ),
  },
};

describe('another status stands in', () => {
  it.each(Object.entries<Swap>(statusSwaps))('%s', async (id, { from, to }) => {
    const { options, provoke } = provocations[from as Provoked];
    expect(await provoke(new Subject([], options))).toBe(from);
    expect(await provoke(new Subject([id as DefectId], options))).toBe(to);
  });
});

describe('status and content disagree', () => {
  it.each<[DefectId, number[]]>([
    ['status.undefined', [0xc8]],
    ['status.vendor', [0xf1]],
    ['status.busy', [0x06]],
    ['status.success-without-content', [0x00]],
  ])('%s', async (id, answer) => {
    expect([...(await new Subject([id]).rawInfo())]).toEqual(answer);
  });

  it('status.error-with-content', async () => {
    const [clean, wrong] = [
      await new Subject([]).rawInfo(),
      await new Subject(['status.error-with-content']).rawInfo(),
    ];
    expect([wrong[0], ...wrong.subarray(1)]).toEqual([0x7f, ...clean.subarray(1)]);
  });
});
