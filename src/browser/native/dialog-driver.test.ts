import { describe, expect, it } from 'vitest';
import { type Cancelled, cancelled, type PinPrompt, type UserInteraction } from '#client/user-interaction.ts';
import { chromiumPrompt } from './chromium-prompts.ts';
import { DialogDriver } from './dialog-driver.ts';
import type { NativeDialog, DialogSnapshot } from './dialog-snapshot.ts';
import { firefoxPrompt } from './firefox-prompts.ts';

/** A dialog whose sight the test sets, and whose key strokes it reads. */
class FakeDialog implements NativeDialog {
  readonly strokes: string[] = [];
  #listener: (sight: DialogSnapshot | undefined) => void = () => undefined;
  watch(listener: (sight: DialogSnapshot | undefined) => void) {
    this.#listener = listener;
    return () => undefined;
  }
  async typePin(pin: string, kind: string) {
    this.strokes.push(`${kind} ${pin}`);
  }
  async press(button: string) {
    this.strokes.push(`press ${button}`);
  }
  async dismiss() {
    this.strokes.push('dismiss');
  }
  async picture() {
    return Buffer.from('picture');
  }
  show(title: string | undefined) {
    this.#listener(title === undefined ? undefined : { title, texts: [] });
  }
}

function stage(answers: { pin?: string; presence?: Cancelled; review?: 'ok' | Cancelled }, prompt = chromiumPrompt) {
  const asked: string[] = [];
  const never = new Promise<never>(() => undefined);
  let refusals = 0;
  const user = {
    providePin: async ({ problem }: PinPrompt) => {
      asked.push(`pin ${problem ?? ''}`.trim());
      return answers.pin ?? never;
    },
    awaitPresence: async () => {
      asked.push('presence');
      return answers.presence ?? never;
    },
    review: async () => {
      asked.push('review');
      return answers.review ?? never;
    },
    inform: (reason: string) => void asked.push(reason),
  } as unknown as UserInteraction;
  const dialog = new FakeDialog();
  const pictures: string[] = [];
  new DialogDriver({
    dialog,
    prompt,
    user,
    rpId: 'localhost',
    key: () => ({ connected: true, hasPin: true, pinBlocked: false }),
    refusals: () => refusals,
    onShown: async (kind) => void pictures.push(kind),
    onProblem: (error) => asked.push(error.message),
  });
  return { dialog, asked, pictures, refuse: () => refusals++ };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the asker in front of a browser', () => {
  it('types the answer once, however often the same dialog is seen', async () => {
    const { dialog, asked, pictures } = stage({ pin: '1234' });
    dialog.show('PIN required');
    dialog.show('PIN required');
    await settled();
    dialog.show('PIN required');
    await settled();
    expect(asked).toEqual(['pin']);
    expect(pictures).toEqual(['pin']);
    expect(dialog.strokes).toEqual(['enter 1234']);
  });

  it('asks again, as after a wrong PIN, when the key refused one and the dialog looks the same', async () => {
    const { dialog, asked, refuse } = stage({ pin: '1234' });
    dialog.show('PIN required');
    await settled();
    refuse();
    dialog.show('PIN required');
    await settled();
    expect(asked).toEqual(['pin', 'pin wrong']);
  });

  it('dismisses the dialog for a person who cancels', async () => {
    const { dialog } = stage({ presence: cancelled });
    dialog.show('Use your security key with localhost');
    await settled();
    expect(dialog.strokes).toEqual(['dismiss']);
  });

  it.each([
    ['ok', 'press Allow'],
    [cancelled, 'press Block'],
  ] as const)('presses the button that a last look at what the site learns asks for', async (review, stroke) => {
    const { dialog, asked } = stage({ review }, firefoxPrompt);
    dialog.show('localhost is requesting extended information about your security key');
    await settled();
    expect(asked).toEqual(['review']);
    expect(dialog.strokes).toEqual([stroke]);
  });

  it('tells of the last page and closes it', async () => {
    const { dialog, asked } = stage({});
    dialog.show('Try a different device');
    await settled();
    expect(asked).toEqual(['already-registered']);
    expect(dialog.strokes).toEqual(['dismiss']);
  });

  it('withdraws a question that the browser no longer asks', async () => {
    const { dialog, asked } = stage({});
    dialog.show('PIN required');
    dialog.show(undefined);
    await settled();
    expect(asked).toEqual([]);
  });
});
