/** `touchstone verify`: checks the bundle of a conformance run, and runs its cases again where that is possible. */
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import pc from 'picocolors';
import { messageOf, UsageError } from '#base/errors.ts';
import { type VerifiedBundle, verifyBundle } from '#conformance/bundle/verify-bundle.ts';
import { authenticatorCases } from '#conformance/report/authenticator-report.ts';
import { hashCatalogue } from '#conformance/report/build-report.ts';
import { relyingPartyCases } from '#conformance/report/relying-party-report.ts';
import { count } from '#report/format.ts';
import { replayRun } from '../conform/replay-run.ts';
import { exitCode } from '../exit-codes.ts';

interface VerifyOptions {
  replay: boolean;
  json: boolean;
}

export const verifyCommand = (finish: (code: number) => void) =>
  new Command('verify')
    .argument('<bundle>', 'File that touchstone conform --bundle has written')
    .option('--no-replay', 'Check hashes and counts only, without running the cases again')
    .option('--json', 'Print the result as JSON', false)
    .action(async (file: string, options: VerifyOptions) => finish(await verify(file, options)));

async function verify(file: string, { replay, json }: VerifyOptions): Promise<number> {
  const verified = await verifyBundle(await readBundle(file), {
    catalogues: {
      authenticator: hashCatalogue(authenticatorCases()),
      'relying-party': hashCatalogue(relyingPartyCases()),
    },
    ...(replay && { replay: replayRun }),
  });
  console.log(json ? JSON.stringify(toJson(verified), null, 2) : formatVerified(verified).join('\n'));
  return verified.problems.length === 0 ? exitCode.passed : exitCode.failed;
}

async function readBundle(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

const toJson = ({ problems, notes, sha256, replayed, report }: VerifiedBundle) => ({
  valid: problems.length === 0,
  sha256,
  verdict: report?.verdict,
  replayed,
  problems,
  notes,
});

function formatVerified({ problems, notes, sha256, counts, report, replayed }: VerifiedBundle): string[] {
  const remarks = notes.map((note) => `  ${pc.yellow('note')} ${note}`);
  if (problems.length > 0)
    return [
      ...problems.map((problem) => `  ${pc.red('✗')} ${problem}`),
      ...remarks,
      `${pc.red('✗')} The bundle is not valid`,
    ];
  const names = report?.targets.map(({ name }) => name).join(', ') ?? '';
  const replayNote = replayed ? ', and a new run has the same results' : '';
  return [
    ...remarks,
    `${pc.green('✓')} The bundle is valid${replayNote}: ${names} ${report?.verdict}`,
    `  ${count(counts?.cases ?? 0, 'case')}, ${count(counts?.exchanges ?? 0, 'message')}, ${counts?.fail ?? 0} failed`,
    `  ${pc.dim(`SHA-256 ${sha256}`)}`,
  ];
}
