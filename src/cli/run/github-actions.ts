/** Shows a run on the page of its job in GitHub Actions: annotations at the lines of scenarios, and a summary. */
import { appendFile } from 'node:fs/promises';
import { messageOf } from '#base/errors.ts';
import { renderAnnotations } from '#report/github.ts';
import { renderMarkdown } from '#report/markdown.ts';
import type { RunResult } from '#result/run-result.ts';

/** Does nothing outside GitHub Actions. A summary that cannot be written does not change the run. */
export async function showOnGithub(
  result: RunResult,
  { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY }: Readonly<NodeJS.ProcessEnv> = process.env,
): Promise<void> {
  if (GITHUB_ACTIONS !== 'true') return;
  for (const annotation of renderAnnotations(result)) console.log(annotation);
  if (!GITHUB_STEP_SUMMARY) return;
  await appendFile(GITHUB_STEP_SUMMARY, `${renderMarkdown(result)}\n`).catch((error: unknown) => {
    console.error(`Cannot write the summary of the job: ${messageOf(error)}`);
  });
}
