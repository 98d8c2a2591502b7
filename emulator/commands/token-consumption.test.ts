/** When a token loses its flags and permissions: CTAP 2.1 section 6.1.2 step 14.4 and section 6.2.2 step 9.4, and when not. */
import { describe, expect, it } from 'vitest';
import { concat } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { GestureOutcome } from '../gestures.ts';
import { ManagementPlatform } from '../testing/management-platform.ts';
import { rpId } from '../testing/test-platform.ts';

const { mc, ga, cm, lbw } = permissions;
const credential = {
  credentialId: new Uint8Array(32).fill(9),
  algorithm: 'ES256',
  secret: new Uint8Array(32).fill(1),
} as const;
const listed = [{ id: credential.credentialId, type: 'public-key' }];
const missing = [{ id: new Uint8Array(32), type: 'public-key' }];
const emptyArray = concat(Uint8Array.of(0x80), sha256(Uint8Array.of(0x80)).subarray(0, 16));

type Command = (manager: ManagementPlatform, token: Uint8Array) => Promise<{ status: string }>;
interface Case {
  gesture?: GestureOutcome;
  command: Command;
  /** The status of the command itself. */
  status: string;
}

const proofOf = (manager: ManagementPlatform, token: Uint8Array) => manager.pinUvAuth(2, token);

const consuming: Record<string, Case> = {
  'getAssertion without a token (6.2.2 step 9.4)': {
    command: (manager) => manager.getAssertion({ allowList: listed }),
    status: 'CTAP2_OK',
  },
  'getAssertion with the token (6.2.2 step 9.4)': {
    command: (manager, token) => manager.getAssertion({ allowList: listed, ...proofOf(manager, token) }),
    status: 'CTAP2_OK',
  },
  'makeCredential without a token (6.1.2 step 14.4)': {
    command: (manager) => manager.makeCredential(),
    status: 'CTAP2_OK',
  },
  'makeCredential with the token (6.1.2 step 14.4)': {
    command: (manager, token) => manager.makeCredential(proofOf(manager, token)),
    status: 'CTAP2_OK',
  },
  'makeCredential that fails after the touch (6.1.2 step 14.4 is before step 15)': {
    command: (manager) => manager.makeCredential({ extensions: { credProtect: 4 } }),
    status: 'CTAP2_ERR_INVALID_OPTION',
  },
};

const keeping: Record<string, Case> = {
  'getAssertion with up: false (6.2.2 step 9)': {
    command: (manager) => manager.getAssertion({ allowList: listed, options: { up: false } }),
    status: 'CTAP2_OK',
  },
  'getAssertion without a credential (6.2.2 step 7)': {
    command: (manager) => manager.getAssertion({ allowList: missing }),
    status: 'CTAP2_ERR_NO_CREDENTIALS',
  },
  'getAssertion with a declined touch (6.2.2 step 9)': {
    gesture: 'denied',
    command: (manager) => manager.getAssertion({ allowList: listed }),
    status: 'CTAP2_ERR_OPERATION_DENIED',
  },
  'makeCredential with a declined touch (6.1.2 step 14.2)': {
    gesture: 'denied',
    command: (manager) => manager.makeCredential(),
    status: 'CTAP2_ERR_OPERATION_DENIED',
  },
  'makeCredential with an excluded credential (6.1.2 step 12)': {
    command: (manager, token) => manager.makeCredential({ excludeList: listed, ...proofOf(manager, token) }),
    status: 'CTAP2_ERR_CREDENTIAL_EXCLUDED',
  },
  'makeCredential with a finger in the command (6.1.2 step 13.2)': {
    command: (manager) => manager.makeCredential({ options: { uv: true } }),
    status: 'CTAP2_OK',
  },
  'getAssertion with a finger in the command (6.2.2 step 8.2)': {
    command: (manager) => manager.getAssertion({ allowList: listed, options: { uv: true } }),
    status: 'CTAP2_OK',
  },
  'makeCredential with an empty pinUvAuthParam (6.1.2 step 1)': {
    command: (manager) => manager.makeCredential({ pinUvAuthParam: new Uint8Array(0) }),
    status: 'CTAP2_ERR_PIN_INVALID',
  },
  'selection (6.9)': { command: (manager) => manager.send('authenticatorSelection'), status: 'CTAP2_OK' },
};

/** Returns the statuses of the command and of later uses of the token for each of its permissions. */
async function useTokenAfter({ command, gesture = 'granted' }: Case) {
  let outcome: GestureOutcome = 'granted';
  const gestures = { respond: () => outcome };
  const manager = ManagementPlatform.of({ gestures, credentials: [credential] });
  const token = await manager.token(mc | ga | cm | lbw, rpId);
  outcome = gesture;
  const { status } = await command(manager, token);
  outcome = 'granted';
  const list = await manager.credMgmt('enumerateCredentialsBegin', token, { rpIDHash: sha256(rpId) });
  const write = await manager.writeBlob(emptyArray, 0, emptyArray.length, token);
  const assertion = await manager.getAssertion({ allowList: listed, ...proofOf(manager, token) });
  return { status, later: [list.status, write, assertion.status] };
}

describe('a token keeps only the permission lbw after', () => {
  it.each(Object.entries(consuming))('%s', async (_title, each) => {
    const refused = 'CTAP2_ERR_PIN_AUTH_INVALID';
    expect(await useTokenAfter(each)).toEqual({ status: each.status, later: [refused, 'CTAP2_OK', refused] });
  });
});

describe('a token keeps its permissions after', () => {
  it.each(Object.entries(keeping))('%s', async (_title, each) => {
    const later = ['CTAP2_ERR_NO_CREDENTIALS', 'CTAP2_OK', 'CTAP2_OK'];
    expect(await useTokenAfter(each)).toEqual({ status: each.status, later });
  });
});

it('a fingerprint token does not prove presence a second time, also not after a touch without it (6.2.2 step 9.4)', async () => {
  const asked: string[] = [];
  const respond = ({ kind }: { kind: string }) => {
    asked.push(kind);
    return 'granted' as const;
  };
  const manager = ManagementPlatform.of({ gestures: { respond }, credentials: [credential] });
  const { protocol, secret, keyAgreement } = await manager.agreeOnSecret(2);
  const grant = { pinUvAuthProtocol: 2, keyAgreement, permissions: mc | ga, rpId };
  const { response } = await manager.clientPin('getPinUvAuthTokenUsingUvWithPermissions', grant);
  const token = protocol.decrypt(secret, defined(response.pinUvAuthToken));
  expect((await manager.getAssertion({ allowList: listed })).status).toBe('CTAP2_OK');
  const later = await manager.getAssertion({ allowList: listed, ...proofOf(manager, token) });
  expect([later.status, asked]).toEqual(['CTAP2_ERR_PIN_AUTH_INVALID', ['verification', 'presence']]);
});
