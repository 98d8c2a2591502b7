/** The status of every command that waits for a gesture, when the user declines or does nothing. */
import { describe, expect, it } from 'vitest';
import { permissions } from '#protocol/commands.ts';
import type { GestureOutcome } from '../gestures.ts';
import type { PersonaId } from '../index.ts';
import { personas } from '../personas/registry.ts';
import { ManagementPlatform, pin } from '../testing/management-platform.ts';

const credential = {
  credentialId: new Uint8Array(32).fill(9),
  algorithm: 'ES256',
  secret: new Uint8Array(32).fill(1),
} as const;
const allowList = [{ id: credential.credentialId, type: 'public-key' }];
const [denied, timeout] = ['CTAP2_ERR_OPERATION_DENIED', 'CTAP2_ERR_USER_ACTION_TIMEOUT'];
const empty = { pinUvAuthParam: new Uint8Array(0), pinUvAuthProtocol: 1 };

type Send = (manager: ManagementPlatform) => Promise<{ status: string }>;
const touches: [title: string, clause: string, send: Send, whenDeclined: string, afterTimeout: string][] = [
  ['makeCredential', '6.1.2 step 14.2', (manager) => manager.makeCredential(), denied, denied],
  [
    'makeCredential, empty pinUvAuthParam',
    '6.1.2 step 1.2',
    (manager) => manager.makeCredential(empty),
    denied,
    denied,
  ],
  ['getAssertion', '6.2.2 step 9', (manager) => manager.getAssertion({ allowList }), denied, denied],
  ['getAssertion, empty pinUvAuthParam', '6.2.2 step 1.2', (manager) => manager.getAssertion(empty), denied, denied],
  ['reset', '6.6', (manager) => manager.send('authenticatorReset'), denied, timeout],
  ['selection', '6.9', (manager) => manager.send('authenticatorSelection'), denied, timeout],
];

describe.each<PersonaId>(['touchstone-key', 'touchstone-complete'])('reference persona %s', (persona) => {
  it.each(touches)(
    '%s (%s): $3 if the user declines, $4 after the time limit',
    async (_title, _clause, send, ...expected) => {
      const statuses: string[] = [];
      for (const outcome of ['denied', 'timeout'] as const) {
        const gestures = { respond: () => outcome };
        const manager = ManagementPlatform.of({
          persona,
          gestures,
          pin: undefined,
          uvEnrolled: false,
          credentials: [credential],
        });
        statuses.push((await send(manager)).status);
      }
      expect(statuses).toEqual(expected);
    },
  );
});

const realKeys = (Object.keys(personas) as PersonaId[]).filter((id) => personas[id].source !== 'own');

it.each(realKeys)(
  'persona %s answers CTAP2_ERR_USER_ACTION_TIMEOUT after the time limit, as real keys do',
  async (persona) => {
    const gestures = { respond: () => 'timeout' as const };
    const manager = ManagementPlatform.of({
      persona,
      gestures,
      pin: undefined,
      uvEnrolled: false,
      credentials: [credential],
    });
    const isProtectedAlways = personas[persona].id === 'yubikey-bio'; // alwaysUv
    if (!isProtectedAlways) expect((await manager.makeCredential()).status).toBe(timeout);
    if (!isProtectedAlways) expect((await manager.getAssertion({ allowList })).status).toBe(timeout);
    const { clientPin } = personas[persona].options as { clientPin?: boolean };
    if (clientPin !== undefined) expect((await manager.makeCredential(empty)).status).toBe(timeout);
  },
);

describe('built-in user verification', () => {
  const { mc } = permissions;
  const getToken: Send = async (manager) => {
    const { keyAgreement } = await manager.agreeOnSecret(2);
    const request = { pinUvAuthProtocol: 2, keyAgreement, permissions: mc, rpId: 'example.com' };
    return manager.clientPin('getPinUvAuthTokenUsingUvWithPermissions', request);
  };
  const register: Send = (manager) => manager.makeCredential({ options: { uv: true } });
  const signIn: Send = (manager) => manager.getAssertion({ allowList, options: { uv: true } });
  const usePin = 'CTAP2_ERR_PUAT_REQUIRED';

  it.each<[string, string, Send, string | undefined, GestureOutcome, string]>([
    ['makeCredential with uv', '6.1.2 step 11.2.3', register, undefined, 'timeout', timeout],
    ['makeCredential with uv', '6.1.2 step 11.2.3', register, undefined, 'denied', denied],
    ['makeCredential with uv, and a PIN', '6.1.2 step 11.2.3', register, pin, 'timeout', timeout],
    ['makeCredential with uv, and a PIN', '6.1.2 step 11.2.3', register, pin, 'denied', usePin],
    ['makeCredential with uv, and a PIN', '6.1.2 step 11.2.3', register, pin, 'no-match', usePin],
    ['getAssertion with uv', '6.2.2 step 6.2.3', signIn, undefined, 'timeout', timeout],
    ['getAssertion with uv', '6.2.2 step 6.2.3', signIn, undefined, 'no-match', denied],
    ['getAssertion with uv, and a PIN', '6.2.2 step 6.2.3', signIn, pin, 'no-match', usePin],
    ['getPinUvAuthTokenUsingUvWithPermissions', '6.5.5.7.3 step 10.1', getToken, pin, 'timeout', timeout],
    ['getPinUvAuthTokenUsingUvWithPermissions', '6.5.5.7.3 step 8', getToken, pin, 'denied', denied],
    [
      'getPinUvAuthTokenUsingUvWithPermissions',
      '6.5.5.7.3 step 10.3',
      getToken,
      pin,
      'no-match',
      'CTAP2_ERR_UV_INVALID',
    ],
  ])('%s (%s): $4 answers $5', async (_title, _clause, send, withPin, outcome, status) => {
    const gestures = { respond: () => outcome };
    const manager = ManagementPlatform.of({ gestures, pin: withPin, credentials: [credential] });
    expect((await send(manager)).status).toBe(status);
  });
});
