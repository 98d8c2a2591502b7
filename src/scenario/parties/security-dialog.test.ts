import { describe, expect, it, vi } from 'vitest';
import { cancelled } from '#client/user-interaction.ts';
import { SecurityDialog } from './security-dialog.ts';

const pinPrompt = { kind: 'enter', minCodePoints: 4, retries: 8 } as const;
const running = () => new AbortController().signal;

describe('the security dialog', () => {
  it('answers the client with what a step says, whoever comes first', async () => {
    const dialog = new SecurityDialog({ reviewed: false });
    const early = dialog.whenAskedFor(['pin'], running());
    const first = dialog.providePin(pinPrompt, running());
    (await early).answer('1234');
    await expect(first).resolves.toBe('1234');
    const second = dialog.providePin(pinPrompt, running());
    (await dialog.whenAskedFor(['pin'], running())).cancel();
    await expect(second).resolves.toBe(cancelled);
    expect(dialog.open).toBeUndefined();
  });

  it('lets a step wait only for what it accepts', async () => {
    const dialog = new SecurityDialog({ reviewed: false });
    void dialog.providePin(pinPrompt, running());
    const review = vi.fn();
    void dialog.whenAskedFor(['review', 'account'], running()).then(review);
    await Promise.resolve();
    expect(review).not.toHaveBeenCalled();
    expect((await dialog.whenAskedFor(['pin'], running())).detail).toEqual(pinPrompt);
  });

  it('tells a waiting step why its question cannot come any more', async () => {
    const dialog = new SecurityDialog({ reviewed: false });
    const waiting = dialog.whenAskedFor(['pin'], running());
    dialog.end('the user cancelled');
    await expect(waiting).rejects.toThrow('it has closed (the user cancelled)');
    await expect(dialog.whenAskedFor(['review'], running())).rejects.toThrow('will not ask for a last look');
    dialog.begin();
    const again = dialog.whenAskedFor(['pin'], running());
    void dialog.providePin(pinPrompt, running());
    expect((await again).kind).toBe('pin');
  });

  it('says what it shows instead when a step runs out of time', async () => {
    const dialog = new SecurityDialog({ reviewed: false });
    void dialog.providePin(pinPrompt, running());
    const late = new AbortController();
    const waiting = dialog.whenAskedFor(['choose'], late.signal);
    late.abort(new Error('not done within 15000 ms'));
    await expect(waiting).rejects.toThrow('did not ask where to save the passkey: it asks for a PIN');
  });

  it('drops a question whose ceremony is aborted', async () => {
    const dialog = new SecurityDialog({ reviewed: false });
    const page = new AbortController();
    const asked = dialog.providePin(pinPrompt, page.signal);
    page.abort(new Error('the page aborted'));
    await expect(asked).rejects.toThrow('the page aborted');
    expect(dialog.open).toBeUndefined();
    await expect(dialog.providePin(pinPrompt, page.signal)).rejects.toThrow('the page aborted');
  });

  it('confirms the last look by itself unless the scenario wants it', async () => {
    const prompt = { rpId: 'localhost', userName: 'adele', authenticator: 'key', attestation: true };
    await expect(new SecurityDialog({ reviewed: false }).review(prompt, running())).resolves.toBe('ok');
    const dialog = new SecurityDialog({ reviewed: true });
    const asked = dialog.review(prompt, running());
    (await dialog.whenAskedFor(['review'], running())).cancel();
    await expect(asked).resolves.toBe(cancelled);
  });
});
