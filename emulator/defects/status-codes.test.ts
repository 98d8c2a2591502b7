/** Defects of status codes: a request that should fail with one status fails with the wrong one. */
import { describe, expect, it } from 'vitest';
import { statusName } from '#protocol/status.ts';
import type { AuthenticatorOptions, DefectId } from '../index.ts';
import { rpId } from '../testing/test-platform.ts';
import { type StatusReplacement, statusReplacements } from './status-codes.ts';
import { AuthenticatorUnderTest, statusOf } from './testing/authenticator-under-test.ts';

interface Trigger {
  options?: Partial<AuthenticatorOptions>;
  /** Sends requests that must fail with one certain status, and returns the status received. */
  trigger(subject: AuthenticatorUnderTest): Promise<string>;
}
type ReplacedStatus = (typeof statusReplacements)[keyof typeof statusReplacements]['from'];

const sendBytes = async ({ authenticator }: AuthenticatorUnderTest, ...message: number[]) => {
  const [status = 0] = await authenticator.process(new Uint8Array(message));
  return statusName(status) ?? `0x${status.toString(16)}`;
};
const token = { permissions: 1, rpId };

const triggers: Record<ReplacedStatus, Trigger> = {
  CTAP2_ERR_CREDENTIAL_EXCLUDED: {
    async trigger(subject) {
      const excluded = await subject.registerAndGetDescriptor();
      subject.gestures.touch();
      return statusOf(subject.platform.makeCredential({ excludeList: [excluded] }));
    },
  },
  CTAP2_ERR_UNSUPPORTED_ALGORITHM: {
    trigger: (subject) => statusOf(subject.register({ pubKeyCredParams: [{ type: 'public-key', alg: -257 }] })),
  },
  CTAP2_ERR_KEY_STORE_FULL: {
    options: { credentialCapacity: 0 },
    trigger: (subject) => statusOf(subject.registerDiscoverable()),
  },
  CTAP2_ERR_INVALID_OPTION: { trigger: (subject) => statusOf(subject.register({ options: { uv: true } })) },
  CTAP2_ERR_UNSUPPORTED_OPTION: { trigger: (subject) => statusOf(subject.signIn({ options: { rk: true } })) },
  CTAP2_ERR_PUAT_REQUIRED: { trigger: (subject) => statusOf(subject.register({ options: { rk: true } })) },
  CTAP2_ERR_OPERATION_DENIED: {
    trigger(subject) {
      subject.gestures.deny();
      return statusOf(subject.platform.makeCredential());
    },
  },
  CTAP2_ERR_USER_ACTION_TIMEOUT: {
    options: { gestures: { respond: () => 'timeout' } },
    trigger: (subject) => statusOf(subject.platform.send('authenticatorSelection')),
  },
  CTAP2_ERR_KEEPALIVE_CANCEL: {
    trigger: ({ platform }) => statusOf(platform.makeCredential({}, { signal: AbortSignal.abort() })),
  },
  CTAP2_ERR_NO_CREDENTIALS: { trigger: (subject) => statusOf(subject.signIn()) },
  CTAP2_ERR_NOT_ALLOWED: { trigger: ({ platform }) => statusOf(platform.send('authenticatorGetNextAssertion')) },
  CTAP2_ERR_PIN_INVALID: { trigger: async (subject) => (await subject.enterWrongPins(1)).join() },
  CTAP2_ERR_PIN_AUTH_BLOCKED: { trigger: async (subject) => (await subject.enterWrongPins(3)).at(-1) ?? '' },
  CTAP2_ERR_PIN_BLOCKED: {
    options: { retries: 0 },
    trigger: ({ platform }) => statusOf(platform.pinToken(2, '1234', token)),
  },
  CTAP2_ERR_PIN_NOT_SET: {
    options: { pin: undefined },
    trigger: ({ platform }) => statusOf(platform.pinToken(2, '1234', token)),
  },
  CTAP2_ERR_PIN_POLICY_VIOLATION: { trigger: ({ platform }) => platform.changePin(2, '1234', '1') },
  CTAP2_ERR_PIN_AUTH_INVALID: {
    trigger: (subject) => statusOf(subject.register({ pinUvAuthProtocol: 2, pinUvAuthParam: new Uint8Array(32) })),
  },
  CTAP2_ERR_MISSING_PARAMETER: {
    trigger: ({ platform }) => platform.sendRaw('authenticatorMakeCredential', new Map()),
  },
  CTAP2_ERR_CBOR_UNEXPECTED_TYPE: {
    trigger: ({ platform }) => platform.sendRaw('authenticatorMakeCredential', new Map([[1, 'text']])),
  },
  CTAP2_ERR_INVALID_CBOR: { trigger: (subject) => sendBytes(subject, 0x01, 0xff) },
  CTAP1_ERR_INVALID_COMMAND: { trigger: (subject) => sendBytes(subject, 0x77) },
  CTAP2_ERR_INVALID_SUBCOMMAND: {
    trigger: ({ platform }) => platform.sendRaw('authenticatorClientPIN', new Map([[2, 0x55]])),
  },
  CTAP2_ERR_REQUEST_TOO_LARGE: {
    trigger: (subject) => statusOf(subject.register({ rp: { id: rpId, name: 'x'.repeat(8000) } })),
  },
  CTAP2_ERR_LIMIT_EXCEEDED: {
    trigger: (subject) =>
      statusOf(
        subject.register({
          excludeList: Array.from({ length: 17 }, (_, index) => ({ id: new Uint8Array([index]), type: 'public-key' })),
        }),
      ),
  },
};

describe('replaced status', () => {
  it.each(Object.entries<StatusReplacement>(statusReplacements))(
    '%s returns the wrong status',
    async (id, { from, to }) => {
      const { options, trigger } = triggers[from as ReplacedStatus];
      expect(await trigger(new AuthenticatorUnderTest([], options))).toBe(from);
      expect(await trigger(new AuthenticatorUnderTest([id as DefectId], options))).toBe(to);
    },
  );
});

describe('status that contradicts the content', () => {
  it.each<[DefectId, number[]]>([
    ['status.undefined', [0xc8]],
    ['status.vendor', [0xf1]],
    ['status.busy', [0x06]],
    ['status.success-without-content', [0x00]],
  ])('%s changes the getInfo response', async (id, answer) => {
    expect([...(await new AuthenticatorUnderTest([id]).getInfoBytes())]).toEqual(answer);
  });

  it('status.error-with-content keeps the content', async () => {
    const [clean, wrong] = [
      await new AuthenticatorUnderTest([]).getInfoBytes(),
      await new AuthenticatorUnderTest(['status.error-with-content']).getInfoBytes(),
    ];
    expect([wrong[0], ...wrong.subarray(1)]).toEqual([0x7f, ...clean.subarray(1)]);
  });
});
