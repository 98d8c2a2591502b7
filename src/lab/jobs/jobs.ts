/** Registry of the lab's jobs by name. A new job is a file and a line here. */
import type { LabJob } from '../case.ts';
import { createCommandLineJob } from './command-line.ts';
import { conformanceJob } from './conformance.ts';
import { createRealKeyJob } from './real-key.ts';

export type JobId = 'uhid' | 'usbip' | 'real-key-uhid' | 'real-key-usbip' | 'conformance-uhid';

export const labJobs: Record<JobId, LabJob> = {
  uhid: createCommandLineJob('uhid'),
  usbip: createCommandLineJob('usbip'),
  'real-key-uhid': createRealKeyJob('uhid'),
  'real-key-usbip': createRealKeyJob('usbip'),
  'conformance-uhid': conformanceJob,
};
