/**
 * Refusals: the table of all reasons of refusals by the portal, and the value and the error that contain a reason.
 * The rows are in `refusals/`, one file for each group of steps; add a reason there.
 */
import { accessRefusals } from './refusals/access.ts';
import { authenticatorDataRefusals } from './refusals/authenticator-data.ts';
import { ceremonyRefusals } from './refusals/ceremony.ts';
import { mfaRefusals } from './refusals/mfa.ts';
import { passkeySignInRefusals } from './refusals/passkey-sign-in.ts';
import { policyRefusals } from './refusals/policy.ts';
import type { RefusalTable } from './refusals/row.ts';

/** HTTP status, explanation for the user, and source of the rule, by reason code. */
export const refusals = {
  ...accessRefusals,
  ...mfaRefusals,
  ...policyRefusals,
  ...authenticatorDataRefusals,
  ...ceremonyRefusals,
  ...passkeySignInRefusals,
} as const satisfies RefusalTable;

export type Reason = keyof typeof refusals;

/** A refusal as a value. `detail` describes exactly what was found; it is for the log and for engineers, not for the user. */
export interface Refused {
  accepted: false;
  reason: Reason;
  detail: string;
  /** Id of the violated rule of verification, if it is one. */
  rule?: string | undefined;
}

export const refuse = (reason: Reason, detail = ''): Refused => ({ accepted: false, reason, detail });

/** A refusal as an error: ends a sequence of verification steps. `catchRefusal` turns it into the value. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
  readonly reason: Reason;
  readonly detail: string;
  readonly rule: string | undefined;
  constructor(reason: Reason, detail = '', options?: ErrorOptions & { rule?: string }) {
    super(detail === '' ? reason : `${reason}: ${detail}`, options);
    this.reason = reason;
    this.detail = detail;
    this.rule = options?.rule;
  }
}

/** Runs `work`. If it throws a `RefusalError`, returns the refusal as a value; other errors are thrown on. */
export async function catchRefusal<T>(work: () => Promise<T>): Promise<T | Refused> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RefusalError)
      return { ...refuse(error.reason, error.detail), ...(error.rule && { rule: error.rule }) };
    throw error;
  }
}
