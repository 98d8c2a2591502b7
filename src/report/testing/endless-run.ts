/** `endless-run.ts FOLDER`: a process that records the cases of the sample run one after the other and never ends. The tests kill it. */
import { setImmediate } from 'node:timers/promises';
import { RunRecorder } from '../run-recorder.ts';
import { sampleRun } from './sample-runs.ts';

const recorder = new RunRecorder({ outputDir: process.argv[2] ?? '', runId: 'killed' });
const { cases } = sampleRun();
recorder.begin(cases.map(({ id }) => id));
for (const result of cases) {
  const body = Buffer.from(result.id);
  recorder.finishCase({ ...result, attachments: [] }, [{ name: 'id', contentType: 'text/plain', body }]);
  await setImmediate();
}
setInterval(() => {}, 60_000);
