import { describe, expect, it, vi } from 'vitest';
import { cancelled } from '#client/user-interaction.ts';
import { SecurityDialog } from './security-dialog.ts';

const pinPrompt = { kind: 'enter', minCodePoints: 4, retries: 8 } as const;
const neverAborted = () => new AbortController().signal;

describe('SecurityDialog', () => {
  it('passes the answer of a step to the client, whether question or step comes first', async () => {
    const dialog = new SecurityDialog({ hasReviewStep: false });
    const early = dialog.whenAskedFor(['pin'], neverAborted());
    const first = dialog.providePin(pinPrompt, neverAborted());
    (await early).answer('1234');
    await expect(first).resolves.toBe('1234');
    const second = dialog.providePin(pinPrompt, neverAborted());
    (await dialog.whenAskedFor(['pin'], neverAborted())).cancel();
    await expect(second).resolves.toBe(cancelled);
    expect(dialog.open).toBeUndefined();
  });

  it('closes a question as soon as it is answered', async () => {
    const dialog = new SecurityDialog({ hasReviewStep: false });
    void dialog.providePin(pinPrompt, neverAborted());
    (await dialog.whenAskedFor(['pin'], neverAborted())).answer('1234');
    expect(dialog.open).toBeUndefined();
  });

  it('resolves a waiting step only for the kinds of questions it expects', async () => {
    const dialog = new SecurityDialog({ hasReviewStep: false });
    void dialog.providePin(pinPrompt, neverAborted());
    const review = vi.fn();
    void dialog.whenAskedFor(['review', 'account'], neverAborted()).then(review);
    await Promise.resolve();
    expect(review).not.toHaveBeenCalled();
    expect((await dialog.whenAskedFor(['pin'], neverAborted())).detail).toEqual(pinPrompt);
  });

  it('rejects a waiting step when the ceremony ends, with the reason', async () => {
    const dialog = new SecurityDialog({ hasReviewStep: false });
    const waiting = dialog.whenAskedFor(['pin'], neverAborted());
    dialog.end('the user cancelled');
    await expect(waiting).rejects.toThrow('it has closed (the user cancelled)');
    await expect(dialog.whenAskedFor(['review'], neverAborted())).rejects.toThrow('will not ask for a review');
    dialog.begin();
    const again = dialog.whenAskedFor(['pin'], neverAborted());
    void dialog.providePin(pinPrompt, neverAborted());
    expect((await again).kind).toBe('pin');
  });

  it('reports what it shows instead when the signal of a waiting step aborts', async () => {
    const dialog = new SecurityDialog({ hasReviewStep: false });
    void dialog.providePin(pinPrompt, neverAborted());
    const abort = new AbortController();
    const waiting = dialog.whenAskedFor(['choose'], abort.signal);
    abort.abort(new Error('Not done within 15000 ms'));
    await expect(waiting).rejects.toThrow('did not ask where to save the passkey: it asks for a PIN');
    expect(dialog.waiting).toBe(0);
  });

  it('rejects a step at once whose signal is aborted already, and keeps no waiter', async () => {
    const dialog = new SecurityDialog({ hasReviewStep: false });
    const waiting = dialog.whenAskedFor(['pin'], AbortSignal.abort(new Error('The case is over')));
    await expect(waiting).rejects.toThrow('did not ask for a PIN: it shows nothing');
    expect(dialog.waiting).toBe(0);
  });

  it('keeps an autofill list open beside the questions of the dialog, and does not draw it', async () => {
    const shown = vi.fn();
    const dialog = new SecurityDialog({
      hasReviewStep: false,
      observer: { shown, informed: vi.fn(), closed: vi.fn() },
    });
    const account = { credentialId: new Uint8Array([1]), name: 'ada', displayName: 'Ada' };
    const page = new AbortController();
    const picked = dialog.chooseAutofillAccount({ rpId: 'localhost', accounts: [account] }, page.signal);
    const pin = dialog.providePin(pinPrompt, neverAborted());
    expect(dialog.open?.kind).toBe('pin');
    expect(shown.mock.calls.map(([question]) => question.kind)).toEqual(['pin']);
    (await dialog.whenAskedFor(['pin'], neverAborted())).answer('1234');
    expect(await pin).toBe('1234');
    const { detail, answer } = await dialog.whenAskedFor(['autofill'], neverAborted());
    answer(detail.accounts[0]?.credentialId ?? 'another-device');
    expect(await picked).toEqual(account.credentialId);
  });

  it('ends an autofill list that the user has left only when the page aborts', async () => {
    const dialog = new SecurityDialog({ hasReviewStep: false });
    const page = new AbortController();
    const picked = dialog.chooseAutofillAccount({ rpId: 'localhost', accounts: [] }, page.signal);
    (await dialog.whenAskedFor(['autofill'], neverAborted())).cancel();
    page.abort(new Error('the page aborted'));
    await expect(picked).rejects.toThrow('the page aborted');
  });

  it('closes a question whose ceremony is aborted', async () => {
    const dialog = new SecurityDialog({ hasReviewStep: false });
    const page = new AbortController();
    const asked = dialog.providePin(pinPrompt, page.signal);
    page.abort(new Error('the page aborted'));
    await expect(asked).rejects.toThrow('the page aborted');
    expect(dialog.open).toBeUndefined();
    await expect(dialog.providePin(pinPrompt, page.signal)).rejects.toThrow('the page aborted');
    expect(dialog.open).toBeUndefined();
  });

  it('confirms the review automatically unless the scenario has a review step', async () => {
    const prompt = { rpId: 'localhost', userName: 'adele', authenticator: 'key', attestation: true };
    await expect(new SecurityDialog({ hasReviewStep: false }).review(prompt, neverAborted())).resolves.toBe('ok');
    const dialog = new SecurityDialog({ hasReviewStep: true });
    const asked = dialog.review(prompt, neverAborted());
    (await dialog.whenAskedFor(['review'], neverAborted())).cancel();
    await expect(asked).resolves.toBe(cancelled);
  });
});
