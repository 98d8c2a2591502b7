/** `report-writer.ts RESULT FOLDER` writes all reports as `touchstone report` does, and prints the peak memory of its process in bytes. */
import { readResult } from '#report/read-result.ts';
import { renderAll } from '#report/renderers.ts';

const [masterFile = '', folder = ''] = process.argv.slice(2);
const { failed } = await renderAll(await readResult(masterFile), folder);
if (failed[0]) throw failed[0].error;
console.log(process.resourceUsage().maxRSS * 1024);
