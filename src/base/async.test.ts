import { describe, expect, it } from 'vitest';
import { abortable, LinkedAbort, SerialQueue, settlesWithin, Waiters, withTimeout } from './async.ts';
import { ManualClock } from './testing/manual-clock.ts';

/** Returns a signal that counts its listeners. */
function countedSignal(controller = new AbortController()) {
  const { signal } = controller;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  };
  return { controller, signal, listeners: () => listeners };
}

const never = () => new Promise<never>(() => undefined);

describe('abortable', () => {
  it('settles as the promise does and removes its listener', async () => {
    const { signal, listeners } = countedSignal();
    await expect(abortable(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(listeners()).toBe(0);
  });

  it('rejects with the reason of the signal, also when the signal is already aborted', async () => {
    const controller = new AbortController();
    const pending = abortable(never(), controller.signal);
    controller.abort(new Error('stopped'));
    await expect(pending).rejects.toThrow('stopped');
    await expect(abortable(never(), controller.signal)).rejects.toThrow('stopped');
  });
});

describe('withTimeout', () => {
  it('settles as the promise does when it settles in time, and leaves no sleep', async () => {
    const clock = new ManualClock();
    await expect(withTimeout(Promise.resolve('in time'), 10, clock, () => new Error('late'))).resolves.toBe('in time');
    expect(clock.sleeping).toBe(0);
  });

  it('rejects with the given error when the time limit passes', async () => {
    const clock = new ManualClock();
    const pending = withTimeout(never(), 10, clock, () => new Error('late'));
    clock.advance(9);
    clock.advance(1);
    await expect(pending).rejects.toThrow('late');
  });
});

describe('settlesWithin', () => {
  it('returns true when the promise resolves or rejects in time', async () => {
    const clock = new ManualClock();
    expect(await settlesWithin(Promise.resolve(), 10, clock)).toBe(true);
    expect(await settlesWithin(Promise.reject(new Error('failed')), 10, clock)).toBe(true);
    expect(clock.sleeping).toBe(0);
  });

  it('returns false when the time limit passes first', async () => {
    const clock = new ManualClock();
    const pending = settlesWithin(never(), 10, clock);
    clock.advance(10);
    expect(await pending).toBe(false);
  });
});

describe('Waiters', () => {
  it('resolves with the next accepted value', async () => {
    const waiters = new Waiters<number>();
    const any = waiters.wait();
    const even = waiters.wait(undefined, (value) => value % 2 === 0);
    expect(waiters.notify(1)).toBe(1);
    expect(waiters.notify(4)).toBe(1);
    expect([await any, await even, waiters.size]).toEqual([1, 4, 0]);
  });

  it('rejects at once when the signal is already aborted, and keeps no waiter', async () => {
    const waiters = new Waiters<number>();
    await expect(waiters.wait(AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(waiters.size).toBe(0);
  });

  it('rejects when the signal is aborted later, and keeps neither waiter nor listener', async () => {
    const { controller, signal, listeners } = countedSignal();
    const waiters = new Waiters<number>();
    const aborted = waiters.wait(signal);
    controller.abort(new Error('over'));
    await expect(aborted).rejects.toThrow('over');
    expect([waiters.size, listeners(), waiters.notify(1)]).toEqual([0, 0, 0]);
  });

  it('removes its listener when it resolves', async () => {
    const { signal, listeners } = countedSignal();
    const waiters = new Waiters<string>();
    const resolved = waiters.wait(signal);
    waiters.notify('x');
    await resolved;
    expect(listeners()).toBe(0);
  });

  it('rejects all waiters at once', async () => {
    const waiters = new Waiters<number>();
    const both = [waiters.wait(), waiters.wait()];
    waiters.rejectAll(new Error('closed'));
    for (const each of both) await expect(each).rejects.toThrow('closed');
    expect(waiters.size).toBe(0);
  });
});

describe('LinkedAbort', () => {
  it('is aborted with its parent until it is disposed', () => {
    const parent = new AbortController();
    const [followed, disposed] = [new LinkedAbort(parent.signal), new LinkedAbort(parent.signal)];
    disposed[Symbol.dispose]();
    parent.abort('stopped');
    expect(followed.signal.reason).toBe('stopped');
    expect(disposed.signal.reason).not.toBe('stopped');
  });
});

describe('SerialQueue', () => {
  it('starts a task after the task before it has settled, also when that failed', async () => {
    const queue = new SerialQueue();
    const events: string[] = [];
    const task =
      (name: string, fails = false) =>
      async () => {
        events.push(`start ${name}`);
        await Promise.resolve();
        events.push(`end ${name}`);
        if (fails) throw new Error(name);
        return name;
      };
    const failed = expect(queue.run(task('first', true))).rejects.toThrow('first');
    expect(await queue.run(task('second'))).toBe('second');
    await failed;
    expect(events).toEqual(['start first', 'end first', 'start second', 'end second']);
  });
});
