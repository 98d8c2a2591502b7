/** Every job of the lab by its name. A new one is its file and a line here. */
import type { LabJob } from '../case.ts';
import { commandLineJob } from './command-line.ts';
import { realKeyJob } from './real-key.ts';

export type JobId = 'uhid' | 'usbip' | 'real-key-uhid' | 'real-key-usbip';

export const labJobs: Record<JobId, LabJob> = {
  uhid: commandLineJob('uhid'),
  usbip: commandLineJob('usbip'),
  'real-key-uhid': realKeyJob('uhid'),
  'real-key-usbip': realKeyJob('usbip'),
};
