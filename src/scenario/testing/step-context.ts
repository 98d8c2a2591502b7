/** The context of a step with a real dialog and ceremonies, and a key that is operated by the test. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { AdjustableClock } from '#base/clock.ts';
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import type { Keyword, StepArgument } from '../language/step-arguments.ts';
import { Ceremonies } from '../parties/ceremonies.ts';
import type { KeyUnderTest } from '../parties/key-under-test.ts';
import { SecurityDialog } from '../parties/security-dialog.ts';
import { SentCommands } from '../parties/sent-commands.ts';
import { stepRegistry } from '../steps/registry.ts';
import type { ScenarioStep } from '../steps/step.ts';
import type { StepContext } from '../steps/step-context.ts';

export const placesToSave: Record<AuthenticatorChoice['kind'], AuthenticatorChoice> = {
  'this-device': { id: 'here', kind: 'this-device', label: 'This device' },
  'security-key': { id: 'key', kind: 'security-key', label: 'Security key' },
  phone: { id: 'phone', kind: 'phone', label: 'Phone' },
};
export const neverAborted = new AbortController().signal;

/** A promise that the caller settles. */
function createDeferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((resolvePromise, rejectPromise) => {
    resolve = resolvePromise;
    reject = rejectPromise;
  });
  return { promise, resolve, reject };
}

/** A key of which a test requests a touch, and which it plugs in and unplugs. */
class FakeKey {
  readonly facts = { id: 'key', label: 'Fake key', aaguid: '' };
  readonly kind = 'security-key';
  readonly sent = new SentCommands();
  connected = true;
  touches = 0;
  #request = createDeferred<void>();

  requestTouch(): void {
    this.#request.resolve();
  }

  async whenTouchRequested(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    await Promise.race([this.#request.promise, aborted]);
  }

  async touch(): Promise<void> {
    this.touches += 1;
    this.#request = createDeferred<void>();
  }

  async connect(): Promise<void> {
    this.connected = true;
  }

  async disconnect(): Promise<void> {
    this.connected = false;
  }

  async powerCycle(): Promise<void> {}

  whenSent: KeyUnderTest['whenSent'] = (command, signal) => this.sent.waitFor(command, signal);

  resolvePin = (text: string): string => text;
}

/** Runs `work` as the ceremony that the page has started. It ends when the returned function is called. */
export interface RunningCeremony {
  end(error?: Error): Promise<void>;
}

export function createStepContext(more: Partial<StepContext> = {}) {
  const clock = new AdjustableClock();
  const dialog = new SecurityDialog({ hasReviewStep: true });
  const ceremonies = new Ceremonies({
    onBegin: () => dialog.begin(),
    onEnd: ({ error, reason }) => dialog.end(error === 'none' ? 'it succeeded' : (reason ?? error)),
  });
  const key = new FakeKey();
  const context = {
    clock,
    dialog,
    ceremonies,
    key,
    authenticators: [key],
    dialogScreenshot: { revealChoice: () => undefined },
    note: () => undefined,
    ...more,
  } as unknown as StepContext;
  const startCeremony = (): RunningCeremony => {
    const { promise, resolve, reject } = createDeferred<object>();
    ceremonies.follow(() => promise).catch(() => undefined);
    return {
      async end(error) {
        if (error) reject(error);
        else resolve({});
        await nextTick();
      },
    };
  };
  const run = <K extends Keyword>(keyword: K, args: StepArgument<K>, signal = neverAborted): Promise<void> =>
    (stepRegistry[keyword] as ScenarioStep<K>).run(args, context, signal);
  return { context, clock, dialog, ceremonies, key, startCeremony, run };
}
