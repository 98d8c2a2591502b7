/** `touchstone doctor`: what works on this machine, and what to do about the rest. */
import { Command } from 'commander';
import pc from 'picocolors';
import { collectMachineFacts } from '../doctor/facts.ts';
import { type Finding, findingsOf, missingSubjects } from '../doctor/findings.ts';
import { exitCode } from '../exit-codes.ts';

export const doctorCommand = (finish: (code: number) => void) =>
  new Command('doctor')
    .option('--json', 'Print a JSON array', false)
    .action(async ({ json }: { json: boolean }) => finish(await examine(json)));

async function examine(json: boolean): Promise<number> {
  const findings = findingsOf(await collectMachineFacts());
  if (json) console.log(JSON.stringify(findings, null, 2));
  else for (const line of renderFindings(findings)) console.log(line);
  return missingSubjects(findings).length > 0 ? exitCode.infrastructure : exitCode.passed;
}

/** Returns the lines to print: one for each finding, and one with what to do. */
export function renderFindings(findings: readonly Finding[]): string[] {
  const marks = { works: pc.green('✓'), required: pc.red('✗'), optional: pc.yellow('–') };
  const width = Math.max(...findings.map(({ subject }) => subject.length)) + 2;
  const missing = missingSubjects(findings);
  return [
    ...findings.flatMap(({ subject, state, found, remedy }) => [
      `${marks[state]} ${subject.padEnd(width)}${found}`,
      ...(remedy === undefined ? [] : [`${' '.repeat(width + 2)}${pc.dim(remedy)}`]),
    ]),
    '',
    missing.length > 0
      ? pc.red(`Scenarios cannot run here: ${missing.join(', ')}`)
      : pc.green('Scenarios with emulated keys run here'),
  ];
}
