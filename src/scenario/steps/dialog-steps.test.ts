/** Steps that answer the dialog or act on the key, and cannot do what they say. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createStepContext, neverAborted } from '../testing/step-context.ts';

const account = (name: string) => ({ credentialId: new Uint8Array([name.length]), name, displayName: name });
const pinPrompt = { kind: 'enter', minCodePoints: 4 } as const;

describe('choose-account', () => {
  it('chooses in the dialog and in an autofill list', async () => {
    const { dialog, run } = createStepContext();
    const chosen = dialog.chooseAccount([account('ada'), account('grace')], neverAborted);
    await run('choose-account', 'grace');
    expect(await chosen).toEqual(account('grace').credentialId);
    const picked = dialog.chooseAutofillAccount({ rpId: 'localhost', accounts: [account('ada')] }, neverAborted);
    await run('choose-account', 'ada');
    expect(await picked).toEqual(account('ada').credentialId);
  });

  it('fails for an account that is not offered, and lists the offered ones', async () => {
    const { dialog, run } = createStepContext();
    void dialog.chooseAccount([account('ada'), account('grace')], neverAborted);
    await expect(run('choose-account', 'alan')).rejects.toThrow(
      'Cannot choose the account alan: the security dialog offers ada, grace',
    );
  });

  it('fails if the ceremony ends without a choice', async () => {
    const { run, startCeremony } = createStepContext();
    const ceremony = startCeremony();
    const choosing = run('choose-account', 'ada');
    choosing.catch(() => undefined);
    await ceremony.end();
    await expect(choosing).rejects.toThrow('will not ask which account to use');
  });
});

describe('cancel-dialog', () => {
  it('cancels the question that is open after the delay', async () => {
    const { dialog, clock, run } = createStepContext();
    const pin = dialog.providePin(pinPrompt, neverAborted);
    const cancelling = run('cancel-dialog', { after: 60_000 as never });
    await nextTick();
    (await dialog.whenAskedFor(['pin'], neverAborted)).answer('1234');
    await pin;
    const connected = dialog.connectKey(neverAborted);
    clock.advance(60_000);
    await cancelling;
    expect(typeof (await connected)).toBe('symbol');
  });

  it('fails if the dialog has closed during the delay', async () => {
    const { dialog, clock, run, startCeremony } = createStepContext();
    const ceremony = startCeremony();
    const page = new AbortController();
    dialog.providePin(pinPrompt, page.signal).catch(() => undefined);
    const cancelling = run('cancel-dialog', { after: 60_000 as never });
    cancelling.catch(() => undefined);
    await nextTick();
    page.abort(new Error('the page aborted'));
    await ceremony.end(new Error('the page aborted'));
    clock.advance(60_000);
    await expect(cancelling).rejects.toThrow('it has closed (the page aborted)');
  });
});

describe('steps on the key', () => {
  it('connect-key fails if the key is connected', async () => {
    const { run } = createStepContext();
    await expect(run('connect-key', undefined)).rejects.toThrow('Cannot connect the key: it is connected');
  });

  it.each(['unplug-key', 'power-cycle'] as const)('%s fails if the key is not connected', async (keyword) => {
    const { key, run } = createStepContext();
    key.connected = false;
    await expect(run(keyword, undefined)).rejects.toThrow('it is not connected');
  });

  it('touch reports what the dialog shows if no touch is requested', async () => {
    const { dialog, run } = createStepContext();
    void dialog.providePin(pinPrompt, neverAborted);
    const limit = new AbortController();
    const touching = run('touch', undefined, limit.signal);
    limit.abort(new Error('The step was not done within 15000 ms'));
    await expect(touching).rejects.toThrow('No authenticator has requested a touch: it asks for a PIN');
  });
});
