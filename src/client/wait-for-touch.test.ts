/** The command with which the client waits for a touch of several keys, and keys that refuse it. */
import { describe, expect, test } from 'vitest';
import { type DefectId, ManualGestures } from '#emulator';
import { create } from './create.ts';
import { createScriptedDevice, encodeResponse, makeCredentialResponse } from './testing/scripted-device.ts';
import { asSecurityKey, createEmulatedKey, createTestClient, creationOptions } from './testing/test-client.ts';

describe('the command that waits for a touch of several keys', () => {
  /** Registers with two CTAP 2.0 keys, of which the first has the defect. Touches the key with this index twice. */
  async function registerWithTwoKeys(defect: DefectId, touched: 0 | 1) {
    const gestures = [new ManualGestures(), new ManualGestures()] as const;
    const keys = gestures.map((ofKey, index) =>
      createEmulatedKey({
        persona: 'google-titan-v2',
        gestures: ofKey,
        pin: '1234',
        defects: index === 0 ? [defect] : [],
      }),
    );
    const authenticators = keys.map(({ device }, index) => asSecurityKey(device, `key ${index}`));
    const { context, asked } = createTestClient(authenticators, { pin: '1234' });
    const running = create(creationOptions(), context);
    await gestures[touched].whenAsked();
    gestures[touched].touch();
    await gestures[touched].whenAsked();
    gestures[touched].touch();
    await running;
    return {
      asked,
      made: keys.map(({ sent }) => sent.filter((name) => name === 'authenticatorMakeCredential').length),
    };
  }

  test('leaves out a key that refuses it without a touch', async () => {
    const { asked, made } = await registerWithTwoKeys('registration.touch-request-as-missing', 1);
    expect(made, 'commands sent to each key').toEqual([1, 2]);
    expect(asked[0]).toBe('touch select-device');
  });

  test('selects a key that ends it with CTAP2_ERR_PIN_AUTH_INVALID after the touch', async () => {
    const { made } = await registerWithTwoKeys('registration.touch-request-as-auth-invalid', 0);
    expect(made, 'commands sent to each key').toEqual([2, 1]);
  });

  test.each([
    [['U2F_V2', 'FIDO_2_0'], 'dummy'],
    [['FIDO_2_0', 'FIDO_2_1_PRE'], 'dummy'],
    [['FIDO_2_0', 'FIDO_2_1_PRE', 'FIDO_2_1'], 'selection'],
    [['FIDO_2_3'], 'selection'],
    [['FIDO_2_0', 'FIDO_2_9'], 'selection'],
    [['FIDO_2_10'], 'selection'],
  ])('with the versions %j is %s', async (versions, expected) => {
    const used: string[] = [];
    const keys = ['1', '2'].map((id) => {
      const device = createScriptedDevice({
        info: { versions },
        selection: () => {
          used.push('selection');
          return encodeResponse('authenticatorSelection', {});
        },
        makeCredential: ({ rp }) => {
          if (rp.id !== '.dummy') return makeCredentialResponse();
          used.push('dummy');
          return 'CTAP2_ERR_PIN_NOT_SET';
        },
      });
      return asSecurityKey(device, id);
    });
    await create(creationOptions(), createTestClient(keys).context);
    expect(used).toEqual([expected, expected]);
  });
});
