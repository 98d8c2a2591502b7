import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { createStepContext, neverAborted, placesToSave } from '../testing/step-context.ts';
import { waitForEnd } from './end-of-steps.ts';

const pinPrompt = { kind: 'enter', minCodePoints: 4, retries: 8 } as const;
const presencePrompt = { why: 'register', rpId: 'localhost', verification: false } as const;
const reviewPrompt = { rpId: 'localhost', userName: 'adele', authenticator: 'key', attestation: true };

/** Starts to wait for the end. `letTimePass` moves the clock in small steps, so that everything that polls sees each of them. */
function setUp() {
  const parties = createStepContext();
  const clock = new ManualClock();
  const settled: (number | undefined)[] = [];
  const site = { settle: async (endedAt?: number) => void settled.push(endedAt) };
  const waitFor = (isActing = () => false, signal = neverAborted) => {
    const outcome = waitForEnd({ ...parties.context, clock, site }, isActing, signal).then(
      () => 'ended',
      (error: Error) => error.message,
    );
    let result: string | undefined;
    void outcome.then((text) => {
      result = text;
    });
    return { outcome, result: () => result };
  };
  const letTimePass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 25) {
      for (let tick = 0; tick < 3; tick++) await nextTick();
      clock.advance(25);
    }
    for (let tick = 0; tick < 5; tick++) await nextTick();
  };
  return { ...parties, settled, waitFor, letTimePass };
}

describe('waitForEnd', () => {
  it('returns if no ceremony is running', async () => {
    const { waitFor, letTimePass } = setUp();
    const { result } = waitFor();
    await letTimePass(50);
    expect(result()).toBe('ended');
  });

  it('waits for a ceremony that ends without an answer, and then for the reaction of the page', async () => {
    const { startCeremony, waitFor, letTimePass, settled, ceremonies } = setUp();
    const ceremony = startCeremony();
    const { result } = waitFor();
    await letTimePass(60_000);
    expect(result()).toBeUndefined();
    await ceremony.end();
    await letTimePass(50);
    expect(result()).toBe('ended');
    expect(settled).toEqual([ceremonies.last?.endedAt]);
  });

  it('waits while the client cancels the command of a key that still waits for a touch', async () => {
    const { startCeremony, waitFor, letTimePass, dialog, key } = setUp();
    const ceremony = startCeremony();
    key.requestTouch();
    const answer = dialog.awaitPresence(presencePrompt, neverAborted);
    dialog.open?.cancel();
    await answer;
    const { result } = waitFor();
    await letTimePass(10_000);
    expect(result()).toBeUndefined();
    await ceremony.end();
    await letTimePass(50);
    expect(result()).toBe('ended');
  });

  it('fails for a key that waits for a touch after the user cancelled an earlier question only', async () => {
    const { startCeremony, waitFor, letTimePass, dialog, key } = setUp();
    startCeremony();
    const review = dialog.review(reviewPrompt, neverAborted);
    dialog.open?.cancel();
    await review;
    key.requestTouch();
    void dialog.awaitPresence(presencePrompt, neverAborted);
    const { result } = waitFor();
    await letTimePass(1_100);
    expect(result()).toBe('No step follows, but the security dialog is open: Fake key waits for a touch');
  });

  it.each<[what: string, ask: (parties: ReturnType<typeof setUp>) => unknown]>([
    ['it asks for a PIN', ({ dialog }) => dialog.providePin(pinPrompt, neverAborted)],
    [
      'it asks where to save the passkey',
      ({ dialog }) => dialog.chooseAuthenticator([placesToSave.phone], neverAborted),
    ],
    ['it asks to connect a key', ({ dialog }) => dialog.connectKey(neverAborted)],
    ['it asks for a review', ({ dialog }) => dialog.review(reviewPrompt, neverAborted)],
    ['it asks which account to use', ({ dialog }) => dialog.chooseAccount([], neverAborted)],
    [
      'Fake key waits for a touch',
      ({ dialog, key }) => {
        key.requestTouch();
        return dialog.awaitPresence(presencePrompt, neverAborted);
      },
    ],
  ])('fails within a second if the dialog is open: %s', async (what, ask) => {
    const parties = setUp();
    parties.startCeremony();
    void ask(parties);
    const { result } = parties.waitFor();
    await parties.letTimePass(1_100);
    expect(result()).toBe(`No step follows, but the security dialog is open: ${what}`);
  });

  it('fails for a question of a request that is not followed as a ceremony', async () => {
    const { dialog, waitFor, letTimePass } = setUp();
    void dialog.providePin(pinPrompt, neverAborted);
    const { result } = waitFor();
    await letTimePass(1_100);
    expect(result()).toContain('it asks for a PIN');
  });

  it('fails for a ceremony that the page starts after the last step', async () => {
    const { startCeremony, dialog, waitFor, letTimePass } = setUp();
    const { result } = waitFor();
    await nextTick();
    startCeremony();
    void dialog.providePin(pinPrompt, neverAborted);
    await letTimePass(1_200);
    expect(result()).toContain('it asks for a PIN');
  });

  it('does not fail for a presence prompt whose touch the key has received, nor for an autofill list', async () => {
    const { startCeremony, dialog, waitFor, letTimePass } = setUp();
    const ceremony = startCeremony();
    void dialog.awaitPresence(presencePrompt, neverAborted);
    void dialog.chooseAutofillAccount({ rpId: 'localhost', accounts: [] }, neverAborted);
    const { result } = waitFor();
    await letTimePass(5_000);
    expect(result()).toBeUndefined();
    await ceremony.end();
    await letTimePass(50);
    expect(result()).toBe('ended');
  });

  it('does not fail for a question that is answered in time', async () => {
    const { startCeremony, dialog, waitFor, letTimePass } = setUp();
    const ceremony = startCeremony();
    const page = new AbortController();
    dialog.providePin(pinPrompt, page.signal).catch(() => undefined);
    const { result } = waitFor();
    await letTimePass(500);
    page.abort();
    await ceremony.end(new Error('the page aborted'));
    await letTimePass(1_100);
    expect(result()).toBe('ended');
  });

  it('waits while work of an earlier step acts, and then fails', async () => {
    const { startCeremony, dialog, waitFor, letTimePass } = setUp();
    startCeremony();
    void dialog.connectKey(neverAborted);
    let isActing = true;
    const { result } = waitFor(() => isActing);
    await letTimePass(5_000);
    expect(result()).toBeUndefined();
    isActing = false;
    await letTimePass(1_100);
    expect(result()).toContain('it asks to connect a key');
  });

  it('fails at its time limit if a ceremony does not end', async () => {
    const { startCeremony, waitFor, letTimePass } = setUp();
    startCeremony();
    const limit = new AbortController();
    const { result } = waitFor(undefined, limit.signal);
    await letTimePass(100);
    limit.abort(new Error('The end of the ceremony was not done within 15000 ms'));
    await letTimePass(50);
    expect(result()).toBe('The ceremony has not ended: it shows nothing');
  });
});
