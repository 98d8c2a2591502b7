/**
 * Phase timings of one ceremony, measured with a monotonic clock. Spans may nest: the wait for a touch is inside
 * makeCredential. The table of phases distinguishes gesture time from machine time.
 */

/** The phases of a registration. `by` is `gesture` if the user spends the time, and `machine` otherwise. */
export const phases = {
  page: { label: 'Page', by: 'machine' },
  'rp-options': { label: 'RP options', by: 'machine' },
  client: { label: 'Client', by: 'machine' },
  'get-info': { label: 'getInfo', by: 'machine' },
  pin: { label: 'PIN protocol', by: 'machine' },
  'user-code': { label: 'Wait for code', by: 'gesture' },
  'user-dialog': { label: 'Dialog', by: 'gesture' },
  'user-presence': { label: 'User presence', by: 'gesture' },
  'make-credential': { label: 'makeCredential', by: 'machine' },
  'get-assertion': { label: 'getAssertion', by: 'machine' },
  'rp-verify': { label: 'RP verify', by: 'machine' },
  'rp-store': { label: 'RP store', by: 'machine' },
} as const satisfies Record<string, { label: string; by: 'machine' | 'gesture' }>;

export type Phase = keyof typeof phases;

/** One measured interval. Times are fractional milliseconds; `startMs` counts from the origin of the timeline. */
export interface Span {
  phase: Phase;
  label: string;
  startMs: number;
  durationMs: number;
}

/** Collects spans. `monotonic` returns milliseconds since any fixed origin (`Clock.monotonic`). */
export class Timeline {
  readonly #monotonic: () => number;
  readonly #origin: number;
  readonly #spans: Span[] = [];

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
    this.#origin = monotonic();
  }

  /** Starts a span. The returned function ends it; a second call does nothing. */
  start(phase: Phase, label: string = phases[phase].label): () => void {
    const startMs = this.elapsedMs();
    let open = true;
    return () => {
      if (open) this.#spans.push({ phase, label, startMs, durationMs: this.elapsedMs() - startMs });
      open = false;
    };
  }

  /** Records a span while `work` runs, also if `work` throws. */
  async measure<T>(phase: Phase, work: () => T | Promise<T>, label?: string): Promise<T> {
    const end = this.start(phase, label);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Returns the milliseconds since the timeline was created. */
  elapsedMs(): number {
    return this.#monotonic() - this.#origin;
  }

  /** Returns the finished spans in order of their start. */
  spans(): Span[] {
    return this.#spans.toSorted((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
  }
}
