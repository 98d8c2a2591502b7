/** Arguments and environment of the user-mode kernel. */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { guestScriptsFolder } from './guest-folder.ts';

/** The kernel's command line. Parameters that the kernel does not define (`lab`, `guest`) become environment variables of process 1. */
export const kernelArguments = (folder: string, memoryMiB: number): string[] => [
  `mem=${memoryMiB}M`,
  'rootfstype=hostfs',
  'rootflags=/',
  'ro',
  'quiet',
  'con=null',
  'con0=null,fd:1', // kernel messages
  'ssl0=fd:0,fd:3', // serial line of the job
  `uml_dir=${folder}/`,
  'umid=lab',
  `lab=${folder}`,
  `guest=${guestScriptsFolder}`,
  'init=/bin/sh',
  '--',
  `${guestScriptsFolder}/init.sh`,
];

/** Candidates for the folder of the guest's memory, a file that grows with use: in memory if that is large enough, otherwise on disk. */
const memoryFolders = ['/dev/shm', tmpdir(), '/var/tmp'];

/**
 * Returns the environment of the kernel. TMPDIR is the folder of its memory: a guest crashes when the folder is full, and /dev/shm of a
 * container often has 64 MB.
 */
export function kernelEnvironment(folder: string, memoryMiB: number): Record<string, string> {
  const large = memoryFolders.find((path) => freeMiB(path) >= memoryMiB);
  return { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: large ?? tmpdir() };
}

function freeMiB(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return (bavail * bsize) / 2 ** 20;
  } catch {
    return 0; // does not exist
  }
}
