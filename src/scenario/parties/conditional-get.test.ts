import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AutofillPrompt } from '#client/user-interaction.ts';
import { WebAuthnError } from '#protocol/errors.ts';
import { Ceremonies } from './ceremonies.ts';
import { ConditionalGet } from './conditional-get.ts';
import { SecurityDialog } from './security-dialog.ts';

const adele = { credentialId: new Uint8Array([1]), name: 'adele', displayName: 'Adele' };
const bob = { credentialId: new Uint8Array([2]), name: 'bob', displayName: 'Bob' };
const prompt = (problem?: AutofillPrompt['problem']): AutofillPrompt => ({
  rpId: 'localhost',
  accounts: [adele, bob],
  ...(problem && { problem }),
});
const neverAborted = () => new AbortController().signal;

function setUp() {
  const events: string[] = [];
  const ends: string[] = [];
  const ceremonies: Ceremonies = new Ceremonies({
    onBegin: () => dialog.begin(),
    onEnd: ({ error, reason }) => {
      ends.push(reason ?? error);
      dialog.end(reason ?? error);
    },
  });
  const conditionalGet = new ConditionalGet({ ceremonies, note: (event) => events.push(event) });
  const dialog = new SecurityDialog({ hasReviewStep: false, autofill: conditionalGet });
  /** Starts a request that ends when the returned function is called. */
  const start = () => {
    let settle: (error?: Error) => void = () => undefined;
    const work = () =>
      new Promise<string>((resolve, reject) => {
        settle = (error) => (error ? reject(error) : resolve('response'));
      });
    const result = conditionalGet.follow(work).catch((error: Error) => error.name);
    return {
      async end(error?: Error) {
        settle(error);
        return result;
      },
    };
  };
  return { ceremonies, conditionalGet, dialog, events, ends, start };
}

describe('a conditional get()', () => {
  it('is no ceremony while the list is open: steps do not wait for it', async () => {
    const { ceremonies, conditionalGet, dialog, start } = setUp();
    expect(conditionalGet.state).toBe('none');
    start();
    void dialog.chooseAutofillAccount(prompt(), neverAborted());
    expect([ceremonies.isRunning, conditionalGet.state, conditionalGet.accounts]).toEqual([
      false,
      'pending',
      ['adele', 'bob'],
    ]);
  });

  it('is a ceremony from the choice of an account to the end of the request', async () => {
    const { ceremonies, conditionalGet, dialog, events, ends, start } = setUp();
    const request = start();
    const choice = dialog.chooseAutofillAccount(prompt(), neverAborted());
    (await dialog.whenAskedFor(['autofill'], neverAborted())).answer(bob.credentialId);
    expect(await choice).toBe(bob.credentialId);
    expect(ceremonies.isRunning).toBe(true);
    await request.end();
    expect([ceremonies.isRunning, ceremonies.last?.error, conditionalGet.state, ends]).toEqual([
      false,
      'none',
      'succeeded',
      ['none'],
    ]);
    expect(events).toEqual(['autofill.offered', 'autofill.chosen', 'autofill.ended']);
  });

  it('has an attempt that failed when the list is offered again, and the page learns nothing', async () => {
    const { ceremonies, conditionalGet, dialog, ends, start } = setUp();
    start();
    void dialog.chooseAutofillAccount(prompt(), neverAborted());
    (await dialog.whenAskedFor(['autofill'], neverAborted())).answer(adele.credentialId);
    const waitsForPin = dialog.whenAskedFor(['pin'], neverAborted());
    const waitsForAccount = dialog.whenAskedFor(['account', 'autofill'], neverAborted());
    void dialog.chooseAutofillAccount(prompt('denied-at-key'), neverAborted());
    await expect(waitsForPin).rejects.toThrow(
      'it has closed (the sign-in from the autofill list failed: denied-at-key)',
    );
    expect((await waitsForAccount).kind).toBe('autofill');
    expect([ceremonies.last?.error, conditionalGet.state, conditionalGet.problem, ends.length]).toEqual([
      'none',
      'pending',
      'denied-at-key',
      1,
    ]);
  });

  it('that the page aborts has the name of its error as state, and is no ceremony that failed', async () => {
    const { ceremonies, conditionalGet, start } = setUp();
    const request = start();
    expect(await request.end(new WebAuthnError('AbortError', 'left'))).toBe('AbortError');
    expect([conditionalGet.state, ceremonies.last]).toEqual(['AbortError', undefined]);
  });

  it('that ends after the page has started the next one does not change its state', async () => {
    const { conditionalGet, start } = setUp();
    const first = start();
    const second = start();
    await first.end(new WebAuthnError('AbortError', 'replaced'));
    expect(conditionalGet.state).toBe('pending');
    await second.end();
    expect(conditionalGet.state).toBe('succeeded');
  });

  it('is waited for until it has the expected state', async () => {
    const { conditionalGet, start } = setUp();
    const request = start();
    const waiting = conditionalGet.whenState('AbortError');
    await request.end(new WebAuthnError('AbortError', 'left'));
    await waiting;
    expect(conditionalGet.state).toBe('AbortError');
  });
});

describe('the autofill list', () => {
  it('that the user dismisses stays available, and the request stays pending', async () => {
    const { dialog, events } = setUp();
    const choice = dialog.chooseAutofillAccount(prompt(), neverAborted());
    (await dialog.whenAskedFor(['autofill'], neverAborted())).cancel();
    await nextTick();
    expect(events).toEqual(['autofill.offered', 'autofill.dismissed']);
    (await dialog.whenAskedFor(['account', 'autofill'], neverAborted())).answer(adele.credentialId as never);
    expect(await choice).toBe(adele.credentialId);
  });

  it('is waited for after the dialog has closed, because it does not belong to the dialog', async () => {
    const { dialog } = setUp();
    dialog.end('the user cancelled');
    const early = dialog.whenAskedFor(['autofill'], neverAborted());
    dialog.begin();
    dialog.end('it succeeded');
    void dialog.chooseAutofillAccount(prompt(), neverAborted());
    expect((await early).detail).toEqual(prompt());
    await expect(dialog.whenAskedFor(['account'], neverAborted())).rejects.toThrow('it has closed');
  });

  it('closes when the page ends the request, and later answers change nothing', async () => {
    const { dialog, events } = setUp();
    const page = new AbortController();
    const choice = dialog.chooseAutofillAccount(prompt(), page.signal);
    const question = await dialog.whenAskedFor(['autofill'], neverAborted());
    page.abort(new Error('left'));
    await expect(choice).rejects.toThrow('left');
    question.cancel();
    const waiting = new AbortController();
    const next = dialog.whenAskedFor(['autofill'], waiting.signal);
    waiting.abort(new Error('Not done within 15000 ms'));
    await expect(next).rejects.toThrow('did not ask which account of the autofill list to use: it shows nothing');
    expect(events).toEqual(['autofill.offered', 'autofill.dismissed']);
  });

  it('is named when another question is expected', async () => {
    const { dialog } = setUp();
    void dialog.chooseAutofillAccount(prompt(), neverAborted());
    expect(dialog.describeState()).toBe('it shows nothing; the autofill list offers adele, bob');
  });
});
