import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { type Cancelled, cancelled, type PinPrompt, type UserInteraction } from '#client/user-interaction.ts';
import { chromiumPrompt } from './chromium-prompts.ts';
import { DialogDriver } from './dialog-driver.ts';
import type { DialogSnapshot, NativeDialog } from './dialog-snapshot.ts';
import { firefoxPrompt } from './firefox-prompts.ts';

/** A dialog whose content the test sets. `inputs` records what is typed and pressed. */
class FakeDialog implements NativeDialog {
  readonly inputs: string[] = [];
  async whenReady() {}
  reconnect() {
    this.inputs.push('reconnect');
  }
  describeState() {
    return 'but the reader does not see the window';
  }
  #listener: (snapshot: DialogSnapshot | undefined) => void = () => undefined;
  watch(listener: (snapshot: DialogSnapshot | undefined) => void) {
    this.#listener = listener;
    return () => undefined;
  }
  async typePin(pin: string, kind: string) {
    this.inputs.push(`${kind} ${pin}`);
  }
  async pressButton(name: string) {
    this.inputs.push(`press ${name}`);
  }
  async dismiss() {
    this.inputs.push('dismiss');
  }
  async screenshot() {
    return Buffer.from('screenshot');
  }
  show(title: string | undefined) {
    this.#listener(title === undefined ? undefined : { title, texts: [] });
  }
}

/** Creates a driver for a fake dialog and a user with these answers; a prompt without an answer stays open. */
function createDriver(
  answers: { pin?: string; presence?: Cancelled; review?: 'ok' | Cancelled },
  readPrompt = chromiumPrompt,
) {
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
  const screenshots: string[] = [];
  const clock = new ManualClock();
  new DialogDriver({
    dialog,
    readPrompt,
    user,
    rpId: 'localhost',
    keyStatus: () => ({ connected: true, hasPin: true, pinBlocked: false }),
    countPinRefusals: () => refusals,
    onPromptShown: async (kind) => void screenshots.push(kind),
    onProblem: (error) => asked.push(error.message),
    countKeyMessages: () => 0,
    onUnreadablePrompt: async (error, screenshot) => void asked.push(`${error.message} (${screenshot})`),
    clock,
  });
  return { dialog, asked, screenshots, clock, refuse: () => refusals++ };
}

const waitForSettled = () => new Promise((resolve) => setImmediate(resolve));

describe('DialogDriver', () => {
  it('types the answer once while the same dialog is reported repeatedly', async () => {
    const { dialog, asked, screenshots } = createDriver({ pin: '1234' });
    dialog.show('PIN required');
    dialog.show('PIN required');
    await waitForSettled();
    dialog.show('PIN required');
    await waitForSettled();
    expect(asked).toEqual(['pin']);
    expect(screenshots).toEqual(['pin']);
    expect(dialog.inputs).toEqual(['enter 1234']);
  });

  it('asks again when the key has refused a PIN, although the dialog looks the same', async () => {
    const { dialog, asked, refuse } = createDriver({ pin: '1234' });
    dialog.show('PIN required');
    await waitForSettled();
    refuse();
    dialog.show('PIN required');
    await waitForSettled();
    expect(asked).toEqual(['pin', 'pin wrong']);
  });

  it('dismisses the dialog when the user cancels', async () => {
    const { dialog } = createDriver({ presence: cancelled });
    dialog.show('Use your security key with localhost');
    await waitForSettled();
    expect(dialog.inputs).toEqual(['dismiss']);
  });

  it.each([
    ['ok', 'press Allow'],
    [cancelled, 'press Block'],
  ] as const)('presses the button for the answer to the review: %s', async (review, input) => {
    const { dialog, asked } = createDriver({ review }, firefoxPrompt);
    dialog.show('localhost is requesting extended information about your security key');
    await waitForSettled();
    expect(asked).toEqual(['review']);
    expect(dialog.inputs).toEqual([input]);
  });

  it('reports the reason of the last page and closes it', async () => {
    const { dialog, asked } = createDriver({});
    dialog.show('Try a different device');
    await waitForSettled();
    expect(asked).toEqual(['already-registered']);
    expect(dialog.inputs).toEqual(['dismiss']);
  });

  it('reads through a new connection after 15 seconds without a prompt, and reports that screen and reader disagree after 60', async () => {
    const { dialog, asked, clock } = createDriver({});
    dialog.show(undefined);
    await waitForSettled(); // the driver has begun to watch
    const passSeconds = async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 5) {
        clock.advance(5_000);
        await waitForSettled();
      }
    };
    await passSeconds(15);
    await vi.waitFor(() => expect(dialog.inputs).toEqual(['reconnect']));
    expect(asked).toEqual([]);
    await passSeconds(45);
    expect(asked).toEqual([
      'Screen and accessibility reader disagree: the browser waits for the user, but the reader does not see the window (screenshot)',
    ]);
  });

  it('does not ask for a prompt that the browser has closed', async () => {
    const { dialog, asked } = createDriver({});
    dialog.show('PIN required');
    dialog.show(undefined);
    await waitForSettled();
    expect(asked).toEqual([]);
  });
});
