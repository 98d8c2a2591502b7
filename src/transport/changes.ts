/** Tells that a key may have come or gone. What changed, the list says. */
import { watch } from 'node:fs';
import { loadUsb } from './usb/library.ts';

/** Events come in swarms, and udev gives rights a moment after a node is there. */
const settleMs = 300;
/** Where the system tells nothing. */
const everyMs = 2_000;

/** Calls `onChange` after every change, until `signal` aborts; resolves then. */
export async function watchDevices(onChange: () => void, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  };
  const usb = await loadUsb();
  const nodes = process.platform === 'linux' ? watch('/dev', soon) : undefined;
  const poll = usb || nodes ? undefined : setInterval(onChange, everyMs);
  for (const event of ['connect', 'disconnect'] as const) usb?.addEventListener(event, soon);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const event of ['connect', 'disconnect'] as const) usb?.removeEventListener(event, soon);
  nodes?.close();
  clearInterval(poll);
  clearTimeout(timer);
}
