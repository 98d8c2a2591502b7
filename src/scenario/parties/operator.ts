/** The operator performs the manual actions that a case needs on a real key: a person, a robot with a USB hub, or a test. */

export type ManualAction = 'touch' | 'keep-away' | 'unplug' | 'plug-in' | 'power-cycle';

/** An action, and the key to perform it on. */
export interface ManualActionRequest {
  action: ManualAction;
  key: { label: string; address: string; serial?: string | undefined };
  /** Time limit in milliseconds; after it, the case is skipped. */
  timeoutMs: number;
}

export interface Operator {
  /**
   * Requests the action once. Resolves when `done` does, i.e. when the key was touched, was unplugged, or is back.
   * @throws {OperatorTimeout} if that takes longer than the time limit; the reason of `signal` if the case ends before.
   */
  perform(request: ManualActionRequest, done: Promise<unknown>, signal: AbortSignal): Promise<void>;
}

/** The operator did not perform the action in time. The case is skipped, because it has no result. */
export class OperatorTimeout extends Error {
  override readonly name = 'OperatorTimeout';
  readonly request: ManualActionRequest;

  constructor(request: ManualActionRequest) {
    const { action, key, timeoutMs } = request;
    super(`The operator did not perform ${action} on ${key.label} within ${timeoutMs} ms`);
    this.request = request;
  }
}
