import { expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import type { Observation } from './observation.ts';
import { withoutModel } from './without-model.ts';

const reasons = { exchanges: 'no exchanges', model: 'another model' };
const observation = {
  'relying-party': {
    passkey: { name: 'Key', uv: true, aaguid: 'a', fmt: 'packed', chain: 'trusted', transports: ['usb'] },
    passkeys: 1,
  },
  authenticator: { credentials: 1 },
  'this-device': 'none',
  browser: { error: 'none', within: 5, transports: ['usb'] },
  wire: [],
  ui: { says: '', title: '', url: '' },
} as unknown as Observation;

function outcomes(expected: Record<string, unknown>, observed = observation) {
  const location = { file: 'a.yaml', line: 1, column: 1 };
  const lines = Object.entries(expected).map(([path, value]) => ({ path, expected: value, location }));
  return Object.fromEntries(
    evaluate(lines, withoutModel(observed, reasons)).map(({ path, ok, skipped }) => [path, skipped ?? ok]),
  );
}

test('what follows from the model of the key is not observable, whether it would be met or not', () => {
  expect(
    outcomes({
      'relying-party.passkey.aaguid': 'a',
      'relying-party.passkey.fmt': 'tpm',
      'relying-party.passkey.chain': 'trusted',
      'relying-party.passkey.transports': ['usb'],
      'browser.transports': ['usb'],
      'wire.makeCredential.times': 1,
      'wire.order': ['getInfo'],
      'wire.never': ['reset'],
    }),
  ).toEqual({
    'relying-party.passkey.aaguid': 'another model',
    'relying-party.passkey.fmt': 'another model',
    'relying-party.passkey.chain': 'another model',
    'relying-party.passkey.transports': 'another model',
    'browser.transports': 'another model',
    'wire.makeCredential.times': 'no exchanges',
    'wire.order': 'no exchanges',
    'wire.never': 'no exchanges',
  });
});

test('everything else is compared', () => {
  expect(
    outcomes({
      'relying-party.passkey.name': 'Key',
      'relying-party.passkey.uv': false,
      'relying-party.passkeys': 1,
      'authenticator.credentials': 2,
      'browser.error': 'none',
    }),
  ).toEqual({
    'relying-party.passkey.name': true,
    'relying-party.passkey.uv': false,
    'relying-party.passkeys': true,
    'authenticator.credentials': false,
    'browser.error': true,
  });
});

test('a missing passkey stays missing', () => {
  const none = { ...observation, 'relying-party': { ...observation['relying-party'], passkey: 'none' } } as Observation;
  expect(outcomes({ 'relying-party.passkey': 'none' }, none)).toEqual({ 'relying-party.passkey': true });
});

test('the passkeys of this device are not observable if there is one', () => {
  const device = { passkeys: 1, hidden: 0, accounts: [], 'display-names': [] };
  expect(outcomes({ 'this-device.passkeys': 1 }, { ...observation, 'this-device': device })).toEqual({
    'this-device.passkeys': 'another model',
  });
});
