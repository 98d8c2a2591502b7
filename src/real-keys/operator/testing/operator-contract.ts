/** Contract of every operator that requests manual actions, from a person or from a machine. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { type ManualActionRequest, type Operator, OperatorTimeout } from '#scenario/parties/operator.ts';

/** The operator, and what it has requested so far, e.g. `touch usb:1-2`. */
export interface OperatorUnderTest {
  operator: Operator;
  requested: readonly string[];
}

export const request = (more: Partial<ManualActionRequest> = {}): ManualActionRequest => ({
  action: 'touch',
  key: { label: 'YubiKey 5 NFC', address: 'usb:1-2', serial: '5234567' },
  timeoutMs: 30_000,
  ...more,
});

/** A manual action that the test finishes or lets fail. */
export function pendingAction() {
  let finish: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return { done, finish, fail };
}

/** Waits until everything that an advanced clock has triggered is done. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
const neverAborted = () => new AbortController().signal;
/** Longer than any operator waits before it requests an action. */
const graceMs = 500;

export function operatorContract(name: string, create: (clock: ManualClock) => OperatorUnderTest): void {
  const setUp = () => {
    const clock = new ManualClock();
    const letTimePass = async (ms: number) => {
      await settled();
      clock.advance(ms);
      await settled();
    };
    return { ...create(clock), letTimePass };
  };

  describe(`${name} (operator contract)`, () => {
    it('requests an action once and resolves when the key reports it', async () => {
      const { operator, requested, letTimePass } = setUp();
      const { done, finish } = pendingAction();
      const performed = operator.perform(request(), done, neverAborted());
      await letTimePass(graceMs);
      await letTimePass(20_000);
      finish();
      await expect(performed).resolves.toBeUndefined();
      expect(requested).toEqual(['touch usb:1-2']);
    });

    it('does not request what is done already', async () => {
      const { operator, requested, letTimePass } = setUp();
      await operator.perform(request(), Promise.resolve(), neverAborted());
      await letTimePass(graceMs);
      expect(requested).toEqual([]);
    });

    it('rejects with an OperatorTimeout that names action and key', async () => {
      const { operator, letTimePass } = setUp();
      const performed = operator.perform(request({ action: 'unplug' }), pendingAction().done, neverAborted());
      performed.catch(() => undefined);
      await letTimePass(graceMs);
      await letTimePass(30_000);
      await expect(performed).rejects.toThrow(OperatorTimeout);
      await expect(performed).rejects.toThrow('The operator did not perform unplug on YubiKey 5 NFC within 30000 ms');
    });

    it('waits longer than its time limit for a key that must not be touched', async () => {
      const { operator, letTimePass } = setUp();
      const { done, finish } = pendingAction();
      const keepAway = request({ action: 'keep-away', timeoutMs: 1000 });
      const performed = operator.perform(keepAway, done, neverAborted());
      await letTimePass(graceMs);
      await letTimePass(30_000);
      finish();
      await expect(performed).resolves.toBeUndefined();
      const endless = operator.perform(request({ action: 'keep-away' }), pendingAction().done, neverAborted());
      endless.catch(() => undefined);
      await letTimePass(graceMs);
      await letTimePass(60_000);
      await expect(endless).rejects.toThrow('was not touched for 60000 ms, and its command did not time out');
    });

    it('rejects when the signal aborts', async () => {
      const { operator, letTimePass } = setUp();
      const abort = new AbortController();
      const performed = operator.perform(request(), pendingAction().done, abort.signal);
      performed.catch(() => undefined);
      await letTimePass(graceMs);
      abort.abort(new Error('The case is over'));
      await expect(performed).rejects.toThrow('The case is over');
    });

    it('rejects with the failure of the action', async () => {
      const { operator, letTimePass } = setUp();
      const { done, fail } = pendingAction();
      const performed = operator.perform(request(), done, neverAborted());
      performed.catch(() => undefined);
      await letTimePass(graceMs);
      fail(new Error('The key is gone'));
      await expect(performed).rejects.toThrow('The key is gone');
    });

    it('requests one action of a key at a time, and actions of several keys in parallel', async () => {
      const { operator, requested, letTimePass } = setUp();
      const [first, second, other] = [pendingAction(), pendingAction(), pendingAction()];
      const performed = [
        operator.perform(request(), first.done, neverAborted()),
        operator.perform(request({ action: 'unplug' }), second.done, neverAborted()),
        operator.perform(request({ key: { label: 'Solo 2', address: 'usb:1-3' } }), other.done, neverAborted()),
      ];
      await letTimePass(graceMs);
      expect(requested).toEqual(['touch usb:1-2', 'touch usb:1-3']);
      first.finish();
      await letTimePass(graceMs);
      expect(requested).toEqual(['touch usb:1-2', 'touch usb:1-3', 'unplug usb:1-2']);
      second.finish();
      other.finish();
      await Promise.all(performed);
    });

    it('requests the next action after a timeout', async () => {
      const { operator, requested, letTimePass } = setUp();
      const lost = operator.perform(request(), pendingAction().done, neverAborted());
      lost.catch(() => undefined);
      await letTimePass(graceMs);
      await letTimePass(30_000);
      await expect(lost).rejects.toThrow(OperatorTimeout);
      const { done, finish } = pendingAction();
      const performed = operator.perform(request({ action: 'plug-in' }), done, neverAborted());
      await letTimePass(graceMs);
      finish();
      await performed;
      expect(requested).toEqual(['touch usb:1-2', 'plug-in usb:1-2']);
    });
  });
}
