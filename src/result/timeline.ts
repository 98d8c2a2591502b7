/**
 * Phase timings of one ceremony: what happened when, measured with a monotonic clock.
 * Spans may nest (the touch wait lies inside makeCredential); human time and machine time are told apart by the phase table.
 */

/** The phases a registration is measured in. `by` says whose time it is: a gesture is a person's, everything else a machine's. */
export const phases = {
  page: { label: 'Page', by: 'machine' },
  'rp-options': { label: 'RP options', by: 'machine' },
  client: { label: 'Client', by: 'machine' },
  'get-info': { label: 'getInfo', by: 'machine' },
  pin: { label: 'PIN protocol', by: 'machine' },
  'user-dialog': { label: 'Dialog', by: 'gesture' },
  'user-presence': { label: 'User presence', by: 'gesture' },
  'make-credential': { label: 'makeCredential', by: 'machine' },
  'get-assertion': { label: 'getAssertion', by: 'machine' },
  'rp-verify': { label: 'RP verify', by: 'machine' },
  'rp-store': { label: 'RP store', by: 'machine' },
} as const satisfies Record<string, { label: string; by: 'machine' | 'gesture' }>;

export type Phase = keyof typeof phases;

/** One measured stretch; `startMs` counts from the timeline's origin, both are fractional milliseconds. */
export interface Span {
  phase: Phase;
  label: string;
  startMs: number;
  durationMs: number;
}

/** Collects spans. `monotonic` returns milliseconds from any fixed origin (`Clock.monotonic`). */
export class Timeline {
  readonly #monotonic: () => number;
  readonly #origin: number;
  readonly #spans: Span[] = [];

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
    this.#origin = monotonic();
  }

  /** Starts a span; calling the returned function ends it (a second call does nothing). */
  start(phase: Phase, label: string = phases[phase].label): () => void {
    const startMs = this.elapsedMs();
    let open = true;
    return () => {
      if (open) this.#spans.push({ phase, label, startMs, durationMs: this.elapsedMs() - startMs });
      open = false;
    };
  }

  /** Measures `work`, also when it throws. */
  async measure<T>(phase: Phase, work: () => T | Promise<T>, label?: string): Promise<T> {
    const end = this.start(phase, label);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Milliseconds since the timeline was made. */
  elapsedMs(): number {
    return this.#monotonic() - this.#origin;
  }

  /** Finished spans in order of their start. */
  spans(): Span[] {
    return this.#spans.toSorted((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
  }
}
