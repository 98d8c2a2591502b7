/** What every operator that asks somebody does, whoever that is. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { type HandlingRequest, NobodyActed, type Operator } from '#scenario/parties/operator.ts';

/** The operator, and what it has asked so far, e.g. `touch usb:1-2`. */
export interface AskingOperator {
  operator: Operator;
  asked: readonly string[];
}

export const request = (more: Partial<HandlingRequest> = {}): HandlingRequest => ({
  handling: 'touch',
  key: { label: 'YubiKey 5 NFC', address: 'usb:1-2', serial: '5234567' },
  patienceMs: 30_000,
  ...more,
});

/** Something that hands do, or do not. */
export function deed() {
  let act: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    act = resolve;
    fail = reject;
  });
  return { done, act, fail };
}

/** Long enough for everything that a moved clock wakes. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
const running = () => new AbortController().signal;
/** Longer than any operator waits before it asks. */
const graceMs = 500;

export function operatorContract(name: string, create: (clock: ManualClock) => AskingOperator): void {
  const setUp = () => {
    const clock = new ManualClock();
    const letPass = async (ms: number) => {
      await settled();
      clock.advance(ms);
      await settled();
    };
    return { ...create(clock), letPass };
  };

  describe(name, () => {
    it('asks once, and is done when the key says so', async () => {
      const { operator, asked, letPass } = setUp();
      const { done, act } = deed();
      const performed = operator.perform(request(), done, running());
      await letPass(graceMs);
      await letPass(20_000);
      act();
      await expect(performed).resolves.toBeUndefined();
      expect(asked).toEqual(['touch usb:1-2']);
    });

    it('does not ask for what is done already', async () => {
      const { operator, asked, letPass } = setUp();
      await operator.perform(request(), Promise.resolve(), running());
      await letPass(graceMs);
      expect(asked).toEqual([]);
    });

    it('says that nobody acted when patience is over, and whose key waited for what', async () => {
      const { operator, letPass } = setUp();
      const performed = operator.perform(request({ handling: 'unplug' }), deed().done, running());
      performed.catch(() => undefined);
      await letPass(graceMs);
      await letPass(30_000);
      await expect(performed).rejects.toThrow(NobodyActed);
      await expect(performed).rejects.toThrow(
        'nobody acted: unplug was asked of YubiKey 5 NFC and waited for 30000 ms',
      );
    });

    it('has no patience with a key that is not to be touched: the key ends that itself', async () => {
      const { operator, letPass } = setUp();
      const { done, act } = deed();
      const performed = operator.perform(request({ handling: 'keep-away', patienceMs: 1000 }), done, running());
      await letPass(graceMs);
      await letPass(30_000);
      act();
      await expect(performed).resolves.toBeUndefined();
      const endless = operator.perform(request({ handling: 'keep-away' }), deed().done, running());
      endless.catch(() => undefined);
      await letPass(graceMs);
      await letPass(60_000);
      await expect(endless).rejects.toThrow('was not touched for 60000 ms, and did not give up');
    });

    it('ends with the case', async () => {
      const { operator, letPass } = setUp();
      const over = new AbortController();
      const performed = operator.perform(request(), deed().done, over.signal);
      performed.catch(() => undefined);
      await letPass(graceMs);
      over.abort(new Error('the case is over'));
      await expect(performed).rejects.toThrow('the case is over');
    });

    it('tells what became of the key', async () => {
      const { operator, letPass } = setUp();
      const { done, fail } = deed();
      const performed = operator.perform(request(), done, running());
      performed.catch(() => undefined);
      await letPass(graceMs);
      fail(new Error('the key is gone'));
      await expect(performed).rejects.toThrow('the key is gone');
    });

    it('asks one thing of a key at a time, and of another key meanwhile', async () => {
      const { operator, asked, letPass } = setUp();
      const [first, second, other] = [deed(), deed(), deed()];
      const performed = [
        operator.perform(request(), first.done, running()),
        operator.perform(request({ handling: 'unplug' }), second.done, running()),
        operator.perform(request({ key: { label: 'Solo 2', address: 'usb:1-3' } }), other.done, running()),
      ];
      await letPass(graceMs);
      expect(asked).toEqual(['touch usb:1-2', 'touch usb:1-3']);
      first.act();
      await letPass(graceMs);
      expect(asked).toEqual(['touch usb:1-2', 'touch usb:1-3', 'unplug usb:1-2']);
      second.act();
      other.act();
      await Promise.all(performed);
    });

    it('asks the next thing also after nobody acted', async () => {
      const { operator, asked, letPass } = setUp();
      const lost = operator.perform(request(), deed().done, running());
      lost.catch(() => undefined);
      await letPass(graceMs);
      await letPass(30_000);
      await expect(lost).rejects.toThrow(NobodyActed);
      const { done, act } = deed();
      const performed = operator.perform(request({ handling: 'plug-in' }), done, running());
      await letPass(graceMs);
      act();
      await performed;
      expect(asked).toEqual(['touch usb:1-2', 'plug-in usb:1-2']);
    });
  });
}
