/** `touchstone keys`: lists the real keys of this machine, their model, and whether they can be used here. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describeKeys } from '#real-keys/describe-key.ts';
import { renderKeys } from '#real-keys/key-list.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { watchDevices } from '#transport/watch-devices.ts';
import { modelNameOf } from '../compose/emulator-catalogue.ts';
import { exitCode } from '../exit-codes.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';
import { keysServeCommand } from './keys-serve.ts';

interface KeysOptions {
  json: boolean;
  watch: boolean;
  udevRule: boolean;
}

const udevRule = new URL('../../transport/hidraw/70-touchstone-fido.rules', import.meta.url);

export const keysCommand = (finish: (code: number) => void) =>
  new Command('keys')
    .argument('[addresses...]', 'Keys that are not found automatically, e.g. udp:127.0.0.1:8111')
    .option('--json', 'Print a JSON array; with --watch, one array per line', false)
    .option('--watch', 'List again whenever a key is connected or disconnected', false)
    .option('--udev-rule', 'Print the udev rule that lets Linux users access their keys', false)
    .action(async (addresses: string[], options: KeysOptions) => {
      if (options.udevRule) return console.log(readFileSync(udevRule, 'utf8').trimEnd());
      await printKeys(addresses, options);
      if (options.watch) await withInterruptSignal((signal) => watchKeys(addresses, options, signal));
      finish(exitCode.passed);
    })
    .addCommand(keysServeCommand(finish));

async function printKeys(addresses: readonly string[], { json, watch }: KeysOptions): Promise<void> {
  const named = addresses.map((address) => ({ address, product: address }));
  const reading = { open: openDevice, modelName: modelNameOf };
  const keys = await describeKeys([...named, ...(await listDevices())], reading);
  if (json) return console.log(JSON.stringify(keys, null, watch ? 0 : 2));
  if (watch && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
  console.log(renderKeys(keys));
}

/** Prints one list at a time; changes during a list lead to another one afterwards. */
async function watchKeys(addresses: readonly string[], options: KeysOptions, signal: AbortSignal): Promise<void> {
  let printing: Promise<void> = Promise.resolve();
  await watchDevices(() => {
    printing = printing.then(() => printKeys(addresses, options));
  }, signal);
  await printing;
}
