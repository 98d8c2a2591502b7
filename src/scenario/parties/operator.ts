/** Who does with their hands what a case asks of a real key: a person, a robot with a hub, or a test. */

export type Handling = 'touch' | 'keep-away' | 'unplug' | 'plug-in' | 'power-cycle';

/** What is asked, of which key. */
export interface HandlingRequest {
  handling: Handling;
  key: { label: string; address: string; serial?: string | undefined };
  /** Then nobody is there, and the case is skipped. */
  patienceMs: number;
}

export interface Operator {
  /**
   * Has it done: asks once, and resolves when `done` does (the key was touched, is gone, is back).
   * @throws {NobodyActed} when that takes longer than the patience; the reason of `signal` when the case ends before.
   */
  perform(request: HandlingRequest, done: Promise<unknown>, signal: AbortSignal): Promise<void>;
}

/** Nobody did what was asked. The case is skipped: it says nothing about the key. */
export class NobodyActed extends Error {
  override readonly name = 'NobodyActed';
  readonly request: HandlingRequest;

  constructor(request: HandlingRequest) {
    super(
      `nobody acted: ${request.handling} was asked of ${request.key.label} and waited for ${request.patienceMs} ms`,
    );
    this.request = request;
  }
}
