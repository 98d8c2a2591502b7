import { describe, expect, test } from 'vitest';
import { findBuiltInBlockingReason, savesToThisDevice, whyLeftOut } from './built-in-compatibility.ts';
import { loadText } from './testing/load-text.ts';

const base = 'id: a\nbrowser: { stack: built-in }\nauthenticator: { pin: { set: "1234" } }\n';

function loadCase(steps: string, more = '') {
  const { cases, errors } = loadText(`${base}steps: [${steps}]\n${more}`, { personas: { key: { aaguid: 'a' } } });
  expect(errors).toEqual([]);
  const [found] = cases;
  if (!found) throw new Error('The text has no case');
  return found;
}

describe('a case runs with the virtual authenticator of the browser', () => {
  test.each([
    'open-security-info, { save-to: security-key }, { enter-pin: "1234" }, touch, { name: Key }, done',
    '{ save-to: this-device }, { create-pin: "1234" }, { touch: { after: 300ms } }, { review: ok }',
    'sign-in-with-passkey, touch, { let-time-pass: 6m }',
  ])('with the steps %s', (steps) => {
    expect(findBuiltInBlockingReason(loadCase(steps))).toBeUndefined();
  });
});

describe('a case is left out, with the reason', () => {
  test.each([
    ['{ save-to: phone }', 'the virtual authenticator is no phone (step save-to)'],
    ['{ enter-pin: ["9999", "1234"] }', 'the virtual authenticator has no PIN to mistype (step enter-pin)'],
    ['{ enter-pin: "9999" }', 'the virtual authenticator has no PIN to mistype (step enter-pin)'],
    ['{ create-pin: ["12", "1234"] }', 'the virtual authenticator has no PIN to mistype (step create-pin)'],
    ['{ change-pin: "567890" }', 'the virtual authenticator has no PIN (step change-pin)'],
    ['{ touch: never }', 'the virtual authenticator acts at once, without a touch (step touch)'],
    ['{ touch: deny }', 'the virtual authenticator acts at once, without a touch (step touch)'],
    ['{ touch: { times: 2 } }', 'the virtual authenticator acts at once, without a touch (step touch)'],
    ['{ review: cancel }', 'the virtual authenticator has no dialog (step review)'],
    ['{ dialog-asks: pin }', 'the virtual authenticator has no dialog (step dialog-asks)'],
    ['cancel-dialog', 'the virtual authenticator has no dialog (step cancel-dialog)'],
    ['unplug-key', 'the virtual authenticator cannot be unplugged (step unplug-key)'],
    ['abort-page', 'the virtual authenticator ends every ceremony before the page can abort it (step abort-page)'],
    ['close-tab', 'the virtual authenticator belongs to one tab (step close-tab)'],
  ])('%s', (step, reason) => {
    expect(findBuiltInBlockingReason(loadCase(`open-security-info, ${step}`))).toBe(reason);
  });

  test.each([
    ['authenticator: { defects: [aaguid.zero] }', 'the virtual authenticator has no setting defects'],
    ['authenticator: { storage: 1 }', 'the virtual authenticator has no setting storage'],
    ['authenticator: { connected: false }', 'the virtual authenticator has no setting connected'],
    ['authenticator: { pin: blocked }', 'the virtual authenticator has no PIN that could be blocked'],
    [
      'authenticator: { pin: { set: "1234", retries: 1 } }',
      'the virtual authenticator has no PIN that could be blocked',
    ],
    ['client: { checks: none }', 'the browser always checks the responses of its authenticator'],
    [
      'relying-party: { attestation: enforced }',
      'the attestation of the virtual authenticator has no trusted root certificate',
    ],
    [
      'relying-party: { aaguids: { mode: deny, list: [] } }',
      'the virtual authenticator is none of the models of relying-party.aaguids',
    ],
    ['relying-party: { algorithms: [EdDSA] }', 'the virtual authenticator supports only the algorithm ES256'],
    ['relying-party: { passkey-autofill: true }', 'the virtual authenticator answers a conditional request at once'],
  ])('%s', (setting, reason) => {
    expect(findBuiltInBlockingReason(loadCase('touch', `cases: [{ id: one, ${setting} }]\n`))).toBe(reason);
  });

  test('not with another stack', () => {
    expect(
      findBuiltInBlockingReason(loadCase('cancel-dialog', 'cases: [{ id: one, browser: { stack: null } }]\n')),
    ).toBeUndefined();
  });
});

test('the steps that answer a question are left out, and no other', () => {
  const { steps } = loadCase('open-security-info, { save-to: security-key }, { enter-pin: "1234" }, touch, done');
  expect(steps.map((call) => [call.keyword, whyLeftOut(call) !== undefined])).toEqual([
    ['open-security-info', false],
    ['save-to', true],
    ['enter-pin', true],
    ['touch', true],
    ['done', false],
  ]);
});

test.each([
  ['{ save-to: this-device }, { save-to: security-key }', true],
  ['{ save-to: security-key }', false],
  ['touch', false],
])('the authenticator is that of the computer for %s: %s', (steps, expected) => {
  expect(savesToThisDevice(loadCase(steps))).toBe(expected);
});
