import { expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { MissingPromptWatch } from './missing-prompt-watch.ts';

/** Watches a ceremony on a manual clock. `pass` lets seconds pass, and returns what was reported meanwhile. */
function watchCeremony() {
  const clock = new ManualClock();
  let reported: string[] = [];
  let keyMessages = 0;
  const watch = new MissingPromptWatch({
    clock,
    countKeyMessages: () => keyMessages,
    onSuspected: () => reported.push('suspected'),
    onConfirmed: () => reported.push('confirmed'),
  });
  const pass = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 5) {
      clock.advance(5_000);
      await new Promise(setImmediate);
    }
    const result = reported;
    reported = [];
    return result;
  };
  return { watch, pass, sendKeyMessage: () => keyMessages++, clock };
}

it('suspects the reader after 15 seconds without a prompt and without a message to the key, and is sure after another 45', async () => {
  const { pass } = watchCeremony();
  expect(await pass(10)).toEqual([]);
  expect(await pass(5)).toEqual(['suspected']);
  expect(await pass(40)).toEqual([]);
  expect(await pass(5)).toEqual(['confirmed']);
  expect(await pass(300), 'it reports once').toEqual([]);
});

it('waits while a prompt is visible, and counts again when it is closed', async () => {
  const { watch, pass } = watchCeremony();
  watch.report(true);
  expect(await pass(600)).toEqual([]);
  watch.report(false);
  expect(await pass(10)).toEqual([]);
  expect(await pass(5)).toEqual(['suspected']);
});

it('counts again after each message to the key', async () => {
  const { pass, sendKeyMessage } = watchCeremony();
  for (let round = 0; round < 4; round++) {
    sendKeyMessage();
    expect(await pass(10)).toEqual([]);
  }
});

it('trusts the reader again when its new connection shows the prompt', async () => {
  const { watch, pass } = watchCeremony();
  expect(await pass(15)).toEqual(['suspected']);
  watch.report(true);
  expect(await pass(60)).toEqual([]);
  watch.report(false);
  expect(await pass(15)).toEqual(['suspected']);
});

it('stops when it is disposed', async () => {
  const { watch, pass, clock } = watchCeremony();
  watch[Symbol.dispose]();
  expect(await pass(300)).toEqual([]);
  expect(clock.sleeping).toBe(0);
});
