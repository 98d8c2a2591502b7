/** The in-toto statement of a bundle, with the predicate test-result v0.1: what was tested, with what, and which tests passed. */
import { z } from 'zod';
import { caseId } from '../case-result.ts';
import { verdicts } from '../verdict.ts';
import { type BundledReport, type BundleInput, toJsonFile } from './contents.ts';
import { hashOf } from './manifest.ts';

const descriptor = z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: z.string() }) });

export const statementSchema = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(descriptor).min(1),
  predicateType: z.literal('https://in-toto.io/attestation/test-result/v0.1'),
  predicate: z.strictObject({
    result: z.enum(['PASSED', 'WARNED', 'FAILED']),
    configuration: z.array(descriptor),
    passedTests: z.array(z.string()),
    warnedTests: z.array(z.string()),
    failedTests: z.array(z.string()),
  }),
});

export type Statement = z.infer<typeof statementSchema>;

/**
 * Returns the statement. A key or a server has no bytes to hash, so the digest of a subject is that of its description in the report.
 * Cases that are not applicable did not run, and are not listed.
 */
export function createStatement(report: BundledReport, input: BundleInput): Statement {
  const { targets, catalogue, cases } = report;
  const named = cases.map((one) => {
    const target = targets.length > 1 ? ` on ${targets[one.target]?.name}` : '';
    return { name: `${caseId(one)}${target}`, verdict: one.verdict };
  });
  const failing = named.filter(({ verdict }) => verdicts[verdict].failsRun);
  const warned = named.filter(({ verdict }) => verdict === 'observation' || verdict === 'waived');
  const namesOf = (list: typeof named) => list.map(({ name }) => name);
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: targets.map((target) => ({ name: target.name, digest: { sha256: hashOf(toJsonFile(target)) } })),
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: resultOf(report, warned.length),
      configuration: [
        { name: 'catalogue', digest: { sha256: catalogue.sha256 } },
        { name: 'input.json', digest: { sha256: hashOf(toJsonFile(input)) } },
      ],
      passedTests: namesOf(named.filter(({ verdict }) => verdict === 'pass')),
      warnedTests: namesOf(warned),
      failedTests: namesOf(failing),
    },
  };
}

function resultOf({ verdict }: BundledReport, warnings: number): Statement['predicate']['result'] {
  if (verdict === 'failed') return 'FAILED';
  return verdict === 'not-tested' || warnings > 0 ? 'WARNED' : 'PASSED';
}
