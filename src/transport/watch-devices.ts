/** Reports that a security key may have been plugged in or unplugged. The caller lists the devices again to find out what has changed. */
import { watch } from 'node:fs';
import { loadUsb } from './usb/library.ts';

/** Events come in groups, and udev sets the permissions of a node shortly after it appears. */
const settleMs = 300;
/** Poll interval on systems that report no changes. */
const pollIntervalMs = 2_000;

/** Calls `onChange` after every change until `signal` is aborted, then resolves. */
export async function watchDevices(onChange: () => void, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const scheduleChange = () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  };
  const usb = await loadUsb();
  const nodeWatcher = process.platform === 'linux' ? watch('/dev', scheduleChange) : undefined;
  const poll = usb || nodeWatcher ? undefined : setInterval(onChange, pollIntervalMs);
  for (const event of ['connect', 'disconnect'] as const) usb?.addEventListener(event, scheduleChange);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const event of ['connect', 'disconnect'] as const) usb?.removeEventListener(event, scheduleChange);
  nodeWatcher?.close();
  clearInterval(poll);
  clearTimeout(timer);
}
