/**
 * Transient activation, HTML section 6.4. A script cannot consume it, so the shim records when it did: after that, the window counts as
 * active again only after a new gesture, or when the earlier activation must have expired.
 */
import type { ShimConfig } from '../messages.ts';

/** The events that activate a window. `keydown` only for keys other than Escape, pointer events by the kind of pointer. */
const gestures = ['keydown', 'mousedown', 'pointerdown', 'pointerup', 'touchend'];
/** How long an activation lasts in Chromium and Firefox. */
const durationMs = 5000;

export class UserActivation {
  readonly #now = performance.now.bind(performance);
  readonly #isActiveNow: () => boolean;
  #lastGestureMs = Number.NEGATIVE_INFINITY;
  #consumedMs = Number.NEGATIVE_INFINITY;

  constructor({ showsUserActivation }: ShimConfig) {
    const userActivation = showsUserActivation ? navigator.userActivation : undefined;
    this.#isActiveNow = () => userActivation?.isActive ?? this.#now() - this.#lastGestureMs < durationMs;
    const record = (event: Event) => {
      if (event.isTrusted && isActivating(event)) this.#lastGestureMs = this.#now();
    };
    for (const gesture of gestures) addEventListener(gesture, record, { capture: true, passive: true });
  }

  /** Returns whether the window has transient activation, and consumes it. */
  consume(): boolean {
    const nowMs = this.#now();
    const isNew = this.#lastGestureMs > this.#consumedMs || nowMs - this.#consumedMs > durationMs;
    if (!isNew || !this.#isActiveNow()) return false;
    this.#consumedMs = nowMs;
    return true;
  }
}

function isActivating(event: Event): boolean {
  if (event.type === 'keydown') return (event as KeyboardEvent).key !== 'Escape';
  const isMouse = (event as PointerEvent).pointerType === 'mouse';
  if (event.type === 'pointerdown') return isMouse;
  return event.type !== 'pointerup' || !isMouse;
}
