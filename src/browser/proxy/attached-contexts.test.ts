import { beforeEach, expect, test } from 'vitest';
import { AttachedContexts, type ProxiedContext } from './attached-contexts.ts';

let calls: string[];
let contexts: AttachedContexts;
beforeEach(() => {
  calls = [];
  contexts = new AttachedContexts();
});

/** Records its calls. `detached`: what detach() waits for. */
const context = (name: string, detached: Promise<unknown> = Promise.resolve()): ProxiedContext => ({
  attach: async () => void calls.push(`attach ${name}`),
  async detach() {
    calls.push(`detach ${name}`);
    await detached;
    calls.push(`${name} is detached`);
  },
});

test('the only context is detached when it is closed, once', async () => {
  const only = context('a');
  await contexts.attach(only);
  await Promise.all([contexts.close(only), contexts.close(only)]);
  expect(calls).toEqual(['attach a', 'detach a', 'a is detached']);
});

test('a closed context stays attached while another one is in use', async () => {
  const [first, second] = [context('a'), context('b')];
  await contexts.attach(first);
  await contexts.attach(second);
  await contexts.close(first);
  expect(calls).toEqual(['attach a', 'attach b']);
  await contexts.close(second);
  expect(calls.slice(2)).toEqual(['detach a', 'detach b', 'a is detached', 'b is detached']);
});

test('a context is attached only after the detach() of another one has ended', async () => {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  const first = context('a', promise);
  await contexts.attach(first);
  const closed = contexts.close(first);
  await expect.poll(() => calls).toContain('detach a');
  const attached = contexts.attach(context('b'));
  resolve();
  await Promise.all([closed, attached]);
  expect(calls).toEqual(['attach a', 'detach a', 'a is detached', 'attach b']);
});

test('no context is detached when another one is about to be attached', async () => {
  const first = context('a');
  await contexts.attach(first);
  await Promise.all([contexts.close(first), contexts.attach(context('b'))]);
  expect(calls).toEqual(['attach a', 'attach b']);
});

test('a context that has ended does not keep the others attached', async () => {
  const ended = { ...context('a'), detach: () => Promise.reject(new Error('Target closed')) };
  const last = context('b');
  await contexts.attach(ended);
  await contexts.attach(last);
  await contexts.close(ended);
  await contexts.close(last);
  expect(calls.at(-1)).toBe('b is detached');
});
