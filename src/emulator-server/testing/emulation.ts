/** Emulated keys that are served for a test. */
import { onTestFinished } from 'vitest';
import { type EmulationOptions, serveEmulated } from '#cli/compose/emulation.ts';
import { openDevice } from '#transport/registry.ts';
import type { ServedKeyEvents } from '../served-key-session.ts';

const ignoreEvents: ServedKeyEvents = { onExchange() {}, onGestureRequest() {}, onPower() {}, onWink() {} };

/** Serves keys until the test ends; by default one over TCP. `key` is the first one. */
export async function serveTestKeys(
  options: Partial<EmulationOptions> = {},
  createEvents: (id: string) => ServedKeyEvents = () => ignoreEvents,
) {
  const defaults: EmulationOptions = {
    persona: ['touchstone-key'],
    defect: [],
    touch: 'auto',
    transport: 'tcp',
    port: 0,
  };
  const emulation = await serveEmulated({ ...defaults, ...options }, createEvents);
  onTestFinished(() => emulation[Symbol.asyncDispose]());
  const [key] = emulation.keys;
  if (!key) throw new Error('Expected a served key');
  return { key, keys: emulation.keys };
}

/** Opens a served key as a program does, until the test ends. */
export async function openServedKey(address: string) {
  const device = await openDevice(address);
  onTestFinished(() => device[Symbol.asyncDispose]());
  return device;
}
