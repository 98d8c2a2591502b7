/** `touchstone keys`: the real keys of this machine, what each is, and whether it can be used here. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describeKeys } from '#real-keys/describe-key.ts';
import { renderKeys } from '#real-keys/key-list.ts';
import { watchDevices } from '#transport/changes.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { modelNameOf } from '../compose/catalogue.ts';
import { exitCode } from '../exit-codes.ts';
import { keysServeCommand } from './keys-serve.ts';

interface KeysOptions {
  json: boolean;
  watch: boolean;
  udevRule: boolean;
}

const udevRule = new URL('../../transport/hidraw/70-touchstone-fido.rules', import.meta.url);

export const keysCommand = (finish: (code: number) => void) =>
  new Command('keys')
    .description('list the real keys of this machine, and those behind the addresses')
    .argument('[addresses...]', 'keys that cannot be found by looking, e.g. udp:127.0.0.1:8111')
    .option('--json', 'print a JSON array; with --watch one array a line', false)
    .option('--watch', 'list again whenever a key comes or goes', false)
    .option('--udev-rule', 'print the rule that gives Linux users their keys', false)
    .action(async (addresses: string[], options: KeysOptions) => {
      if (options.udevRule) return console.log(readFileSync(udevRule, 'utf8').trimEnd());
      await show(addresses, options);
      if (options.watch) await keepShowing(addresses, options);
      finish(exitCode.passed);
    })
    .addCommand(keysServeCommand(finish).exitOverride());

async function show(addresses: readonly string[], { json, watch }: KeysOptions): Promise<void> {
  const named = addresses.map((address) => ({ address, product: address }));
  const reading = { open: openDevice, modelName: modelNameOf };
  const keys = await describeKeys([...named, ...(await listDevices())], reading);
  if (json) return console.log(JSON.stringify(keys, null, watch ? 0 : 2));
  if (watch && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
  console.log(renderKeys(keys));
}

/** One look at a time; what changes meanwhile is looked at afterwards. */
async function keepShowing(addresses: readonly string[], options: KeysOptions): Promise<void> {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  let looking: Promise<void> = Promise.resolve();
  await watchDevices(() => {
    looking = looking.then(() => show(addresses, options));
  }, ended.signal);
  await looking;
}
