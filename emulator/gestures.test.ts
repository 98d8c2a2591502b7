import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type GestureRequest, ManualGestures } from './gestures.ts';

const request: GestureRequest = { kind: 'presence', rpId: 'example.com', timeoutMs: 30_000 };
const neverAborted = new AbortController().signal;
const reason = new Error('no longer waiting');
const aborted = AbortSignal.abort(reason);

/** Whether a promise has settled within one turn of the event loop. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(() => resolve('pending')));
  return (await Promise.race([promise, turn])) === 'pending';
}

describe('ManualGestures', () => {
  it('answers the open request', async () => {
    const gestures = new ManualGestures();
    const outcome = gestures.respond(request, neverAborted);
    expect(await gestures.whenAsked()).toBe(request);
    gestures.deny();
    expect(await outcome).toBe('denied');
  });

  it('keeps outcomes that come before their requests, in order', async () => {
    const gestures = new ManualGestures();
    gestures.finger(false);
    gestures.touch();
    expect(gestures.respond(request, neverAborted)).toBe('no-match');
    expect(gestures.respond(request, neverAborted)).toBe('granted');
    expect(await isPending(Promise.resolve(gestures.respond(request, neverAborted)))).toBe(true);
  });

  it('reports the next request to everyone who waits for it', async () => {
    const gestures = new ManualGestures();
    const waiting = [gestures.whenAsked(), gestures.whenAsked(neverAborted)];
    void gestures.respond(request, neverAborted);
    expect(await Promise.all(waiting)).toEqual([request, request]);
  });

  it('rejects a request whose signal is already aborted, and keeps the next outcome for a later request', async () => {
    const gestures = new ManualGestures();
    await expect(gestures.respond(request, aborted)).rejects.toBe(reason);
    expect(await isPending(gestures.whenAsked())).toBe(true);
    gestures.touch();
    expect(gestures.respond(request, neverAborted)).toBe('granted');
  });

  it('rejects an open request when its signal is aborted, and removes its listener', async () => {
    const gestures = new ManualGestures();
    const controller = new AbortController();
    const outcome = gestures.respond(request, controller.signal);
    controller.abort(reason);
    await expect(outcome).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(await isPending(gestures.whenAsked())).toBe(true);
    gestures.touch();
    expect(gestures.respond(request, neverAborted)).toBe('granted');
  });

  it('rejects whenAsked with an aborted signal at once, also while a request is open', async () => {
    const gestures = new ManualGestures();
    await expect(gestures.whenAsked(aborted)).rejects.toBe(reason);
    void gestures.respond(request, neverAborted);
    await expect(gestures.whenAsked(aborted)).rejects.toBe(reason);
  });

  it('rejects whenAsked when its signal is aborted, and removes the listener', async () => {
    const gestures = new ManualGestures();
    const controller = new AbortController();
    const waiting = gestures.whenAsked(controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
