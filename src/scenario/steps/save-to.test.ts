import { describe, expect, it } from 'vitest';
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import { createStepContext, neverAborted, placesToSave } from '../testing/step-context.ts';

type Kind = AuthenticatorChoice['kind'];
const pinPrompt = { kind: 'enter', minCodePoints: 4, retries: 8 } as const;
const presencePrompt = { why: 'register', rpId: 'localhost', verification: false } as const;
const places = (...kinds: Kind[]) => kinds.map((kind) => placesToSave[kind]);

describe('save-to', () => {
  it.each<[kind: Kind, id: string]>([
    ['this-device', 'here'],
    ['security-key', 'key'],
  ])('answers %s', async (kind, id) => {
    const { dialog, run } = createStepContext();
    const answer = dialog.chooseAuthenticator(places('this-device', 'security-key'), neverAborted);
    await run('save-to', kind);
    expect(await answer).toBe(id);
  });

  it.each<[wanted: Kind, offered: Kind[], message: string]>([
    ['this-device', ['security-key', 'phone'], 'the security dialog offers security-key, phone'],
    ['phone', ['this-device', 'security-key'], 'the security dialog offers this-device, security-key'],
  ])('fails if the dialog does not offer %s among %j', async (wanted, offered, message) => {
    const { dialog, run } = createStepContext();
    void dialog.chooseAuthenticator(places(...offered), neverAborted);
    await expect(run('save-to', wanted)).rejects.toThrow(`Cannot save to ${wanted}: ${message}`);
  });

  it.each<[wanted: Kind, only: Kind, ask: 'pin' | 'presence' | 'connect', state: string]>([
    ['this-device', 'security-key', 'pin', 'for a PIN'],
    ['this-device', 'security-key', 'connect', 'to connect a key'],
    ['phone', 'security-key', 'presence', 'for a touch'],
    ['security-key', 'this-device', 'presence', 'for a touch'],
  ])(
    'fails for %s if %s is the only place and the dialog asks the next question: %s',
    async (wanted, only, ask, state) => {
      const { dialog, run } = createStepContext();
      const question = {
        pin: () => dialog.providePin(pinPrompt, neverAborted),
        presence: () => dialog.awaitPresence(presencePrompt, neverAborted),
        connect: () => dialog.connectKey(neverAborted),
      };
      dialog.skipChoice(places(only));
      void question[ask]();
      await expect(run('save-to', wanted)).rejects.toThrow(
        `Cannot save to ${wanted}: the security dialog offers ${only} only, and it asks ${state}`,
      );
    },
  );

  it('passes without a question if the place is the only one', async () => {
    const { dialog, run } = createStepContext();
    dialog.skipChoice(places('security-key'));
    void dialog.providePin(pinPrompt, neverAborted);
    await run('save-to', 'security-key');
    expect(dialog.open?.kind).toBe('pin');
  });

  it('fails if another place was chosen before', async () => {
    const { dialog, run } = createStepContext();
    const chosen = dialog.chooseAuthenticator(places('this-device', 'security-key'), neverAborted);
    await run('save-to', 'security-key');
    await chosen;
    void dialog.providePin(pinPrompt, neverAborted);
    await expect(run('save-to', 'this-device')).rejects.toThrow(
      'Cannot save to this-device: the security dialog offers this-device, security-key; security-key was chosen, and it asks for a PIN',
    );
  });

  it('fails if the dialog has never offered a place, and ignores the places of an earlier ceremony', async () => {
    const { dialog, run } = createStepContext();
    dialog.skipChoice(places('security-key'));
    dialog.begin();
    void dialog.providePin(pinPrompt, neverAborted);
    await expect(run('save-to', 'security-key')).rejects.toThrow('the security dialog offers no choice');
  });
});
