import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { GestureController, type GestureRequest } from './gesture-controller.ts';
import { formatTouchPolicy, parseTouchPolicy, type TouchPolicy } from './touch-policy.ts';

const presence: GestureRequest = { kind: 'presence', rpId: 'contoso.test' };
const verification: GestureRequest = { kind: 'verification', rpId: 'contoso.test' };
const enrollment: GestureRequest = { kind: 'enrollment' };
const neverAborted = () => new AbortController().signal;

function createController(policy: TouchPolicy) {
  const clock = new ManualClock();
  /** Requests that had to wait, and undefined for the end of each wait. */
  const reported: (GestureRequest | undefined)[] = [];
  return { clock, reported, controller: new GestureController(clock, policy, (request) => reported.push(request)) };
}

describe('the touch policy', () => {
  it('auto answers at once and reports no request', () => {
    const { controller, reported } = createController('auto');
    expect(controller.respond(presence, neverAborted())).toBe('granted');
    expect(reported).toEqual([]);
  });

  it('ask waits for a gesture', async () => {
    const { controller, reported } = createController('ask');
    const answer = controller.respond(presence, neverAborted());
    expect(controller.pendingRequest).toBe(presence);
    expect(controller.perform('deny')).toBe(true);
    expect(await answer).toBe('denied');
    expect(reported).toEqual([presence, undefined]);
  });

  it('after touches after the given time', async () => {
    const { controller, clock } = createController({ afterMs: 300 });
    const answer = controller.respond(presence, neverAborted());
    clock.advance(300);
    expect(await answer).toBe('granted');
  });

  it('applies to a pending request when it changes', async () => {
    const { controller, clock } = createController('never');
    const first = controller.respond(presence, neverAborted());
    controller.touchPolicy = 'auto';
    expect(await first).toBe('granted');
    controller.touchPolicy = { afterMs: 1000 };
    const second = controller.respond(presence, neverAborted());
    controller.touchPolicy = 'ask';
    clock.advance(1000);
    await new Promise(setImmediate);
    expect(controller.pendingRequest).toBe(presence);
    controller.touchPolicy = { afterMs: 5 };
    clock.advance(5);
    expect(await second).toBe('granted');
  });

  it.each(['auto', 'ask', 'never', 'after:300ms'])('%s is parsed and formatted', (text) => {
    const policy = parseTouchPolicy(text);
    expect(policy && formatTouchPolicy(policy)).toBe(text);
  });

  it.each(['', 'after:', 'after:soon', 'AUTO', 'after:-1ms'])('%j is rejected', (text) => {
    expect(parseTouchPolicy(text)).toBeUndefined();
  });
});

describe('a gesture', () => {
  it('performed without a request answers the next request once, before the policy', () => {
    const { controller } = createController('auto');
    expect(controller.perform('deny')).toBe(false);
    expect(controller.respond(presence, neverAborted())).toBe('denied');
    expect(controller.respond(presence, neverAborted())).toBe('granted');
  });

  it('does not answer a request that was aborted', () => {
    const { controller, reported } = createController('ask');
    const request = new AbortController();
    void controller.respond(presence, request.signal);
    request.abort();
    expect(controller.pendingRequest).toBeUndefined();
    expect(reported).toEqual([presence, undefined]);
    expect(controller.perform('touch')).toBe(false);
  });

  it.each([
    ['unknown-finger', presence, 'granted'],
    ['unknown-finger', verification, 'no-match'],
    ['unknown-finger', enrollment, 'granted'],
    ['too-fast', enrollment, 'too-fast'],
    ['too-fast', verification, 'no-match'],
    ['too-fast', presence, 'granted'],
    ['touch', verification, 'granted'],
  ] as const)('%s, requested as %j, has the outcome %s', async (gesture, request, outcome) => {
    const { controller } = createController('ask');
    const answer = controller.respond(request, neverAborted());
    controller.perform(gesture);
    expect(await answer).toBe(outcome);
  });
});
