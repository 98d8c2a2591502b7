/** Shows a run on the page of its job in GitHub Actions: annotations at the lines of scenarios, and a summary. */
import { appendFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { messageOf } from '#base/errors.ts';
import { renderAnnotations } from '#report/github.ts';
import { renderMarkdown } from '#report/markdown.ts';
import type { RunResult } from '#result/run-result.ts';

/**
 * Does nothing outside GitHub Actions. A summary that cannot be written does not change the run. `root` is the folder of the project, to
 * which the locations of the result are relative.
 */
export async function showOnGithub(
  result: RunResult,
  root: string,
  { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, GITHUB_WORKSPACE }: Readonly<NodeJS.ProcessEnv> = process.env,
): Promise<void> {
  if (GITHUB_ACTIONS !== 'true') return;
  for (const annotation of renderAnnotations(result, folderInRepository(root, GITHUB_WORKSPACE)))
    console.log(annotation);
  if (!GITHUB_STEP_SUMMARY) return;
  await appendFile(GITHUB_STEP_SUMMARY, `${renderMarkdown(result)}\n`).catch((error: unknown) => {
    console.error(`Cannot write the summary of the job: ${messageOf(error)}`);
  });
}

/** Returns the project as a path in the repository, e.g. `packages/web`; `''` for the repository itself and outside of it. */
function folderInRepository(root: string, workspace: string | undefined): string {
  const folder = workspace ? relative(workspace, root).replaceAll(sep, '/') : '';
  return folder.startsWith('..') ? '' : folder;
}
