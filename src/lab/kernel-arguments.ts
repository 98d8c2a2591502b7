/** How the kernel is started: its command line, and where it keeps the guest's memory. */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { guestScripts } from './guest-folder.ts';

/** Words with a value that the kernel does not know become variables of process 1: `lab`, `guest`. */
export const kernelArguments = (folder: string, memoryMiB: number): string[] => [
  `mem=${memoryMiB}M`,
  'rootfstype=hostfs',
  'rootflags=/',
  'ro',
  'quiet',
  'con=null',
  'con0=null,fd:1', // messages
  'ssl0=fd:0,fd:3', // the line to the job
  `uml_dir=${folder}/`,
  'umid=lab',
  `lab=${folder}`,
  `guest=${guestScripts}`,
  'init=/bin/sh',
  '--',
  `${guestScripts}/init.sh`,
];

/** Folders for the guest's memory, which is a file that grows as it is used: in memory if it can hold that, else on a disk. */
const memoryFolders = ['/dev/shm', tmpdir(), '/var/tmp'];

/** The kernel takes its memory folder from TMPDIR. A container's /dev/shm is often 64 MB small: a guest that fills it dies. */
export function kernelEnvironment(folder: string, memoryMiB: number): Record<string, string> {
  const large = memoryFolders.find((path) => freeMiB(path) >= memoryMiB);
  return { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: large ?? tmpdir() };
}

function freeMiB(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return (bavail * bsize) / 2 ** 20;
  } catch {
    return 0; // not there
  }
}
