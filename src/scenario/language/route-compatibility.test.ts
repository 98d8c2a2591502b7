import { describe, expect, it } from 'vitest';
import { findRouteBlockingReason } from './route-compatibility.ts';
import { loadText } from './testing/load-text.ts';

const blockingReasonOf = (browser: string, step: string) => {
  const { cases, errors } = loadText(`id: a\nbrowser: { ${browser} }\nsteps: [${step}]\n`);
  expect(errors).toEqual([]);
  return cases.map(findRouteBlockingReason)[0];
};

describe('a step that answers an autofill list', () => {
  it.each([
    ['engine: chromium', 'dismiss-autofill', 'dismiss-autofill'],
    ['route: proxy', '{ dialog-asks: autofill }', 'dialog-asks'],
    ['route: proxy', '{ choose-account: { another-device: true } }', 'choose-account'],
  ])('cannot run with %s: %s', (browser, step, keyword) => {
    expect(blockingReasonOf(browser, step)).toBe(
      `The route proxy carries neither conditional requests nor signals (step ${keyword}): use route: shim`,
    );
  });

  it.each([
    ['route: shim', 'dismiss-autofill'],
    ['engine: firefox', 'dismiss-autofill'],
    ['route: proxy', '{ dialog-asks: pin }'],
    ['route: proxy', '{ choose-account: adele }'],
  ])('can run with %s: %s', (browser, step) => {
    expect(blockingReasonOf(browser, step)).toBeUndefined();
  });
});

it('an expectation about a signal needs the shim, and one about an error does not', () => {
  const load = (expected: string) =>
    loadText(`id: a\nsteps: [reload]\nexpect: { browser: { ${expected} } }\n`).cases.map(findRouteBlockingReason);
  expect(load('signals: { signalUnknownCredential: { times: 1 } }')).toEqual([
    'The route proxy carries neither conditional requests nor signals (expectation browser.signals.signalUnknownCredential.times): use route: shim',
  ]);
  expect(load('error: none')).toEqual([undefined]);
});
