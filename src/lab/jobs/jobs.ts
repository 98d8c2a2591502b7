/** Every job of the lab by its name. A new one is its file and a line here. */
import type { LabJob } from '../case.ts';
import { commandLineJob } from './command-line.ts';

export type JobId = 'uhid' | 'usbip';

export const labJobs: Record<JobId, LabJob> = {
  uhid: commandLineJob('uhid'),
  usbip: commandLineJob('usbip'),
};
