/** `touchstone conform authenticator --device` tests a key of the lab through hidraw: a profile run, and the refusal without permission. */
import { readFileSync } from 'node:fs';
import type { LabCase, LabJob } from '../case.ts';
import { startKey, touchstoneCommand, waitUntil, withHighPriority } from './scripts.ts';

const persona = 'solo';
const controlApiPort = 8080;
const startSeconds = 240;
/** Every touch and every power cycle goes through the control API, and a key that is not touched ends its command after 30 seconds. */
const runSeconds = 900;

const runWithPriority = (args: string): string => withHighPriority(touchstoneCommand(args));
const moreArgs = `--touch ask --http :${controlApiPort}`;
const operator = `--operator-url http://127.0.0.1:${controlApiPort}/keys/1/handlings`;
const conform = (args: string): string =>
  runWithPriority(`conform authenticator ${args} --device "hidraw:$key" --output reports`);
const permission = '--destroy-credentials "hidraw:$key"';

const cases: LabCase[] = [
  {
    id: 'plugged-in',
    title: 'Linux creates a hidraw node for the key',
    timeLimitSeconds: startSeconds,
    run: `${startKey('uhid', persona, { moreArgs, toCommand: runWithPriority })}
${waitUntil('ls /dev/hidraw*')}
ls /dev/hidraw*`,
    expectedOutput: { node: /^\/dev\/hidraw\d$/m },
  },
  {
    id: 'conform-refused',
    title: 'touchstone conform --device refuses to test a key without permission',
    timeLimitSeconds: startSeconds,
    run: conform('getinfo'),
    exitCode: 2,
    expectedOutput: { refusal: /the run resets it/ },
  },
  {
    id: 'conform-profile',
    title: 'touchstone conform --device gives the verdict of a profile over uhid',
    timeLimitSeconds: runSeconds,
    run: conform(`--profile u2f ${permission} ${operator}`),
    expectedOutput: { verdict: /u2f passed/ },
  },
  {
    id: 'conform-group',
    title: 'touchstone conform --device resets the key and sets its PIN over uhid',
    timeLimitSeconds: runSeconds,
    run: conform(`pin.retries pin.set reset.accepted ${permission} ${operator}`),
    expectedOutput: { verdict: /Conforms/ },
  },
];

export const conformanceJob: LabJob = {
  id: 'conformance.uhid',
  title: 'conformance over uhid',
  transport: 'uhid',
  cases,
  source: { file: 'src/lab/jobs/conformance.ts', readText: () => readFileSync(import.meta.filename, 'utf8') },
};
