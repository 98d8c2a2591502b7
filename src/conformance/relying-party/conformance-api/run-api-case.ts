/** Runs a case about the requests of the conformance API. */
import type { Evidence } from '../../case-result.ts';
import type { ApiCase } from '../relying-party-case.ts';
import { type ApiSessionParties, RecordedVisit } from './api-session.ts';

export interface ApiJudgement {
  verdict: 'pass' | 'fail';
  /** What was expected and what was found; empty if the case passes. */
  message: string;
  /** The first answer with HTTP status 5xx. */
  crash: string | undefined;
  evidence: Evidence[];
}

/** @throws {Error} if the server refuses a valid request before the one that the case is about. */
export async function runApiCase({ check }: ApiCase, parties: ApiSessionParties): Promise<ApiJudgement> {
  const visit = new RecordedVisit(parties);
  const problem = await check(visit).catch((error: unknown) => {
    if (visit.crash === undefined) throw error;
    return undefined; // the crash is the finding
  });
  const { crash, evidence } = visit;
  const message = crash === undefined ? problem : `Expected an answer without HTTP status 5xx, got ${crash}`;
  return { verdict: message === undefined ? 'pass' : 'fail', message: message ?? '', crash, evidence };
}
