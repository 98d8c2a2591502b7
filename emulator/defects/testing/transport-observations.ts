/** Observations for defects of message transfer. */
import { concat, toHex } from '#base/bytes.ts';
import { encodeCommand, rpId } from '../../testing/test-platform.ts';
import { type Observation, statusOf, valueOrError } from './authenticator-under-test.ts';

/** Returns two responses as bytes. */
const getResponseBytes: Observation = async (subject) => {
  const retries = await subject.authenticator.process(encodeCommand('authenticatorClientPIN', new Map([[2, 1]])));
  return [toHex(retries), toHex(await subject.getInfoBytes())];
};
/** Returns whether a response is available at once, and after one minute. */
const measureDelay: Observation = async (subject) => {
  let received = false;
  const response = subject.getInfoBytes().then(() => {
    received = true;
  });
  const results: boolean[] = [];
  for (const ms of [0, 60_000]) {
    subject.clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
    results.push(received);
  }
  subject.clock.advance(3_600_000);
  await response;
  return results;
};

export const transportObservations: Record<string, Observation> = {
  'transport.silent': ({ authenticator }) =>
    valueOrError(authenticator.process(encodeCommand('authenticatorGetInfo'), { signal: AbortSignal.abort() })),
  'transport.empty': getResponseBytes,
  'transport.truncated': getResponseBytes,
  'transport.duplicated': getResponseBytes,
  'transport.stale': getResponseBytes,
  'transport.oversize': getResponseBytes,
  'transport.bit-flipped': getResponseBytes,
  'transport.slow': measureDelay,
  'transport.very-slow': measureDelay,
  'transport.no-keepalives': async ({ gestures, platform }) => {
    const states: string[] = [];
    gestures.touch();
    await platform.makeCredential({}, { keepalive: (state) => states.push(state) });
    return states;
  },
  'transport.requests-unchecked': async ({ authenticator }) => {
    const trailing = concat(encodeCommand('authenticatorClientPIN', new Map([[2, 1]])), new Uint8Array(1));
    return (await authenticator.process(trailing))[0];
  },
  'transport.size-unchecked': (subject) => statusOf(subject.register({ rp: { id: rpId, name: 'x'.repeat(8000) } })),
};
