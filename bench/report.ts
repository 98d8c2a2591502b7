/** Writes the reports of a run of 5,000 cases in a separate process, and opens the HTML report from disk in headless Chromium. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { launchBrowser } from '#browser/launch.ts';
import { renderJson } from '#report/json.ts';
import { sampleRun } from '#report/testing/sample-runs.ts';
import { median } from '#result/statistics.ts';
import { projectRoot } from './processes.ts';
import { formatNumber, type Row, spreadOf } from './row.ts';

const caseCount = 5_000;
const rounds = 3;
const megabyte = 1e6;

export async function benchReport(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-bench-'));
  await using browser = await launchBrowser();
  try {
    const masterFile = join(folder, 'result.json');
    await writeFile(masterFile, renderJson(sampleRun({ size: caseCount })));
    const memory = await writeReports(masterFile, folder);
    const page = join(folder, 'index.html');
    const opened: Opened[] = [];
    for (let round = 0; round <= rounds; round++) opened.push(await openReport(browser, page));
    return toRows({ memory, bytes: (await stat(page)).size, opened: opened.slice(1) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns the peak memory of the process in bytes. */
async function writeReports(masterFile: string, folder: string): Promise<number> {
  const script = join(import.meta.dirname, 'report-writer.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, masterFile, folder], {
    cwd: projectRoot,
  });
  return Number(stdout);
}

interface Opened {
  /** From the start of the navigation until rows are visible and the search field filters them. */
  seconds: number;
  elements: number;
}

async function openReport(browser: Awaited<ReturnType<typeof launchBrowser>>, file: string): Promise<Opened> {
  const page = await browser.newPage();
  try {
    const start = performance.now();
    await page.goto(pathToFileURL(file).href, { waitUntil: 'commit' });
    await page.locator('.list a').first().waitFor();
    const seconds = (performance.now() - start) / 1000;
    const elements = await page.locator('*').count();
    await page.getByLabel('Search cases').fill('no case has this text');
    await page.getByText(`0 of ${caseCount} cases`).waitFor();
    return { seconds, elements };
  } finally {
    await page.close();
  }
}

function toRows({ memory, bytes, opened }: { memory: number; bytes: number; opened: readonly Opened[] }): Row[] {
  const seconds = spreadOf(opened.map((each) => each.seconds));
  const elements = median(opened.map((each) => each.elements));
  const name = (what: string) => `${formatNumber(caseCount)} cases: ${what}`;
  return [
    {
      name: name('size of index.html'),
      figure: `${formatNumber(bytes / megabyte, 1)} MB`,
      target: { value: bytes / megabyte, atMost: 8, unit: 'MB' },
    },
    {
      name: name('peak memory of the process that reads result.json and writes all reports'),
      figure: `${formatNumber(memory / megabyte)} MB`,
      target: { value: memory / megabyte, atMost: 400, unit: 'MB' },
    },
    {
      name: name('elements of the open page'),
      figure: formatNumber(elements),
      target: { value: elements, atMost: 2_000, unit: 'elements' },
    },
    {
      name: name('from opening the file to a usable list'),
      figure: `${formatNumber(seconds.median, 2)} s (${formatNumber(seconds.min, 2)} to ${formatNumber(seconds.max, 2)})`,
      target: { value: seconds.median, atMost: 1, unit: 's' },
    },
  ];
}
