/** `touchstone keys`: the real keys of this machine. */
import { Command } from 'commander';
import { keysServeCommand } from './keys-serve.ts';

export const keysCommand = (finish: (code: number) => void) =>
  new Command('keys').description('the real keys of this machine').addCommand(keysServeCommand(finish).exitOverride());
