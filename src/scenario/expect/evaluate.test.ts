import { describe, expect, it } from 'vitest';
import type { WireExchange } from '#result/transcript.ts';
import { failureOfExpectations } from '../run/failures.ts';
import { evaluate } from './evaluate.ts';
import { type Observation, Unobservable } from './observation.ts';

const exchange = (command: string, status: string, more: Partial<WireExchange> = {}): WireExchange => ({
  atMs: 0,
  durationMs: 1,
  command,
  request: '',
  status,
  keepalives: [],
  ...more,
});

const noSignal = {
  times: 0,
  error: 'none',
  removed: 0,
  hidden: 0,
  restored: 0,
  renamed: 0,
  credentials: null,
  name: null,
  'display-name': null,
};

const observation: Observation = {
  'relying-party': {
    passkey: {
      name: 'Desk key',
      aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
      fmt: 'packed',
      attestation: 'certified',
      chain: 'trusted',
      attachment: 'cross-platform',
      uv: true,
      discoverable: true,
      'backup-eligible': false,
      'backed-up': false,
      transports: ['usb', 'nfc'],
      alg: 'ES256',
      'sign-count': 4,
    },
    outcome: 'registered',
    options: {
      'rp-id': 'localhost',
      attestation: 'direct',
      'user-verification': 'required',
      'resident-key': 'required',
      attachment: 'any',
      algorithms: ['ES256', 'RS256'],
      timeout: 60_000,
      'exclude-credentials': 2,
      hints: [],
      extensions: ['credProps', 'prf'],
    },
    requests: {
      options: { status: 200, within: 12 },
      result: { status: 400, within: 30 },
      finish: 'never sent',
      'sign-in-options': 'never sent',
      'sign-in-result': new Unobservable('The site file does not say which request is sign-in-result'),
    },
    passkeys: 1,
    refused: null,
    http: 200,
    'abandoned-credentials': 0,
    events: ['signin.ok', 'mfa.totp.ok', 'passkey.pending', 'passkey.registered'],
  },
  authenticator: {
    pin: 'set',
    'pin-retries': 8,
    'needs-power-cycle': false,
    credentials: 1,
    'abandoned-credentials': 0,
  },
  'this-device': { passkeys: 2, hidden: 1, accounts: ['adele', 'bob'], 'display-names': ['Adele', 'Bob'] },
  browser: {
    error: 'none',
    within: 420,
    transports: ['usb', 'nfc'],
    'conditional-get': { state: 'pending', accounts: ['adele', 'bob'], problem: 'none' },
    signals: {
      signalUnknownCredential: noSignal,
      signalAllAcceptedCredentials: { ...noSignal, times: 1, credentials: 2, hidden: 1 },
      signalCurrentUserDetails: { ...noSignal, times: 2, name: 'adele', 'display-name': 'Adele', renamed: 1 },
    },
    capabilities: { conditionalGet: true, relatedOrigins: false },
  },
  wire: [
    exchange('authenticatorGetInfo', 'CTAP2_OK'),
    exchange('authenticatorClientPIN', 'CTAP2_OK', { subCommand: 'getKeyAgreement' }),
    exchange('authenticatorClientPIN', 'CTAP2_ERR_PIN_INVALID', { subCommand: 'getPinToken' }),
    exchange('authenticatorClientPIN', 'CTAP2_OK', { subCommand: 'getPinToken' }),
    exchange('authenticatorMakeCredential', 'CTAP2_OK', { keepalives: ['upneeded', 'upneeded', 'processing'] }),
  ],
  ui: { says: 'Security info\n  Desk key isn’t\u00a0new', title: 'Security info - Contoso', url: '/security-info' },
};

const location = { file: 'x.yaml', line: 1, column: 1 };
const isMet = (path: string, expected: unknown) => evaluate([{ path, expected, location }], observation)[0]?.ok;

describe('evaluate', () => {
  it.each<[path: string, met: unknown, notMet: unknown]>([
    ['relying-party.passkey.name', 'Desk key', 'Other key'],
    ['relying-party.passkey.transports', ['nfc', 'usb'], ['nfc']],
    ['relying-party.passkey.sign-count', { comparator: '>=', value: 1 }, { comparator: '>', value: 4 }],
    ['relying-party.passkeys', 1, 2],
    ['relying-party.outcome', 'registered', 'refused'],
    ['relying-party.options.attestation', 'direct', 'none'],
    ['relying-party.options.algorithms', ['ES256', 'RS256'], ['RS256', 'ES256']],
    ['relying-party.options.extensions', ['prf', 'credProps'], ['prf']],
    ['relying-party.options.exclude-credentials', { comparator: '>=', value: 1 }, 0],
    ['relying-party.requests.result.status', [400, 422], 200],
    ['relying-party.requests.options.within', 2000, 10],
    ['relying-party.events', ['signin.ok', 'passkey.registered'], ['passkey.registered', 'signin.ok']],
    ['browser.conditional-get.state', 'pending', 'succeeded'],
    ['browser.conditional-get.accounts', ['bob', 'adele'], ['adele']],
    ['browser.signals.signalAllAcceptedCredentials.hidden', 1, 0],
    ['browser.signals.signalCurrentUserDetails.display-name', 'Adele', 'A'],
    ['browser.signals.signalUnknownCredential.times', 0, 1],
    ['browser.capabilities.conditionalGet', true, false],
    ['browser.capabilities.conditionalCreate', null, false],
    ['this-device.accounts', ['bob', 'adele'], ['bob']],
    ['this-device.hidden', 1, 0],
    ['relying-party.events-absent', ['registration.refused'], ['mfa.totp.ok']],
    ['authenticator.needs-power-cycle', false, true],
    ['browser.within', 1000, 100],
    ['wire.order', ['getInfo', 'clientPIN', 'makeCredential'], ['makeCredential', 'getInfo']],
    ['wire.never', ['reset', 'clientPIN/setPIN'], ['clientPIN']],
    ['wire.makeCredential.status', ['CTAP2_OK', 'CTAP2_ERR_KEEPALIVE_CANCEL'], 'CTAP2_ERR_NOT_ALLOWED'],
    ['wire.makeCredential.keepalive-upneeded', 2, 0],
    ['wire.clientPIN.times', 3, 2],
    ['wire.clientPIN/getPinToken.statuses', ['CTAP2_ERR_PIN_INVALID', 'CTAP2_OK'], ['CTAP2_OK']],
    ['wire.reset.status', 'never sent', 'CTAP2_OK'],
    ['ui.says', ["desk key isn't new", 'Security info'], 'Spare key'],
    ['ui.url', '/security-info', '/sign-in'],
  ])('%s passes and fails', (path, met, notMet) => {
    expect(isMet(path, met)).toBe(true);
    expect(isMet(path, notMet)).toBe(false);
  });

  it('checks every line, also after one that is not met', () => {
    const lines = ['relying-party.passkeys', 'authenticator.pin'].map((path) => ({
      path,
      expected: 'nothing',
      location,
    }));
    expect(evaluate(lines, observation).map(({ ok, actual }) => [ok, actual])).toEqual([
      [false, 1],
      [false, 'set'],
    ]);
  });

  it('skips a line about an unobservable value, with the reason', () => {
    const onRealKey: Observation = {
      ...observation,
      authenticator: { ...observation.authenticator, credentials: new Unobservable('The key does not report this') },
    };
    const lines = evaluate([{ path: 'authenticator.credentials', expected: 0, location }], onRealKey);
    expect(lines).toEqual([
      {
        path: 'authenticator.credentials',
        expected: 0,
        actual: null,
        ok: false,
        skipped: 'The key does not report this',
        location,
      },
    ]);
    expect(failureOfExpectations(lines)).toBeUndefined();
  });

  it('skips every line about something in an unobservable value, also one about what must not occur', () => {
    const unknown = new Unobservable('The site does not tell');
    const onForeignSite: Observation = {
      ...observation,
      'relying-party': { ...observation['relying-party'], passkey: unknown, events: unknown, options: unknown },
    };
    const paths = [
      'passkey',
      'passkey.name',
      'events',
      'events-absent',
      'options.rp-id',
      'requests.sign-in-result.status',
    ];
    const lines = paths.map((path) => ({ path: `relying-party.${path}`, expected: 'none', location }));
    const skipped = evaluate(lines, onForeignSite).map((line) => line.skipped);
    expect(skipped.slice(0, -1)).toEqual(Array(5).fill('The site does not tell'));
    expect(skipped.at(-1)).toBe('The site file does not say which request is sign-in-result');
  });

  it.each(['never sent', 'no answer'] as const)('says of a request without a status: %s', (finish) => {
    const observed = {
      ...observation['relying-party'],
      requests: { ...observation['relying-party'].requests, finish },
    };
    const lines = ['status', 'within'].map((member) => ({
      path: `relying-party.requests.finish.${member}`,
      expected: 200,
      location,
    }));
    expect(evaluate(lines, { ...observation, 'relying-party': observed })).toMatchObject([
      { ok: false, actual: finish },
      { ok: false, actual: finish },
    ]);
  });

  it('adds what the page shows to the failure', () => {
    const line = { path: 'relying-party.outcome', expected: 'refused', location };
    expect(failureOfExpectations(evaluate([line], observation), 'The page at / says "Done"')?.message).toMatch(
      /^1 of 1 expectations not met\n {2}relying-party.outcome: expected refused, got registered .*\nThe page at \/ says "Done"$/,
    );
  });

  it('does not find a member of a passkey that does not exist', () => {
    const withoutPasskey: Observation = {
      ...observation,
      'relying-party': { ...observation['relying-party'], passkey: 'none' },
    };
    const [line] = evaluate([{ path: 'relying-party.passkey.name', expected: 'Desk key', location }], withoutPasskey);
    expect(line).toMatchObject({ ok: false, actual: 'no passkey' });
  });
});
