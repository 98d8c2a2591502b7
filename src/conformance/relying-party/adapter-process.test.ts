/** Adapters in other languages that misbehave: nothing hangs, and the verdict says whose fault it is. */
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { type AdapterProcess, startAdapterProcess } from './adapter-process.ts';
import type { MetadataSource } from './ceremony-settings.ts';
import { createLibraryTarget } from './library-target.ts';
import type { Outcome } from './target.ts';

const described = `{ name: 'test', version: '1.2', checksTrust: false }`;

/** Starts a program that describes itself, and then runs `body` for each call, with `call` and `answer(object)`. */
function start(body: string, description = described, clock: Clock = systemClock): Promise<AdapterProcess> {
  const program = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, call, input } = JSON.parse(line);
    const answer = (object) => console.log(JSON.stringify({ id, ...object }));
    if (call === 'describe') return answer({ result: ${description} });
    ${body}
  });`;
  const text = Buffer.from(program).toString('base64');
  const command = `'${process.execPath}' -e 'eval(Buffer.from("${text}", "base64").toString())'`;
  return startAdapterProcess({ command, clock, timeoutMs: 1_000 });
}

const settings = { userVerification: 'required', attestation: 'optional', algorithms: [-7] } as const;

/** Returns what a registration with this adapter ends with. */
async function register({ library }: AdapterProcess, metadata?: MetadataSource): Promise<Outcome> {
  const target = createLibraryTarget(library, { random: systemRandom, trustAnchors: [Uint8Array.of(1, 2)] });
  const account = await target.openAccount({ ...settings, metadata });
  await account.beginRegistration();
  return account.register({ id: 'a' });
}

describe('an adapter in another language', () => {
  it('gets the response and the roots, and its answer is the outcome', async () => {
    await using adapter = await start(`answer({ result: { accepted: false, reason: JSON.stringify(input) } });`);
    expect(adapter.library).toMatchObject({ name: 'test', version: '1.2', checksTrust: false });
    const outcome = await register(adapter);
    expect(outcome.verdict).toBe('refused');
    const input = JSON.parse('detail' in outcome ? (outcome.detail ?? '') : '');
    expect(input).toMatchObject({ response: { id: 'a' }, trustAnchors: ['AQI'], attestation: 'optional' });
  });

  it('gets metadata if it reports that it uses it', async () => {
    const description = `{ name: 'test', checksTrust: true, usesMetadata: true }`;
    await using adapter = await start(
      `answer({ result: { accepted: false, reason: JSON.stringify(input.metadata) } });`,
      description,
    );
    expect(adapter.library.usesMetadata).toBe(true);
    const der = Uint8Array.of(1, 2);
    const outcome = await register(adapter, { blob: 'a.b.c', roots: [der], previousNumber: 6, revocationLists: [der] });
    expect(JSON.parse('detail' in outcome ? (outcome.detail ?? '') : '')).toEqual({
      blob: 'a.b.c',
      roots: ['AQI'],
      revocationLists: ['AQI'],
      previousNumber: 6,
    });
  });

  it('counts as crashed when it reports that the library crashed, and continues', async () => {
    await using adapter = await start(`answer({ crashed: 'KeyError ' + process.pid });`);
    const [first, second] = [await register(adapter), await register(adapter)];
    expect(first).toMatchObject({ verdict: 'crashed', detail: expect.stringContaining('KeyError') });
    expect(second).toEqual(first); // the same process
  });

  it('counts as crashed when its program ends, and is started again', async () => {
    await using adapter = await start(`console.error('out of memory'); process.exit(9);`);
    const crashed = { verdict: 'crashed', detail: 'The adapter ended with exit code 9: out of memory' };
    expect(await register(adapter)).toEqual(crashed);
    expect(await register(adapter)).toEqual(crashed);
  });

  it('may write an answer in parts, and a carriage return after it', async () => {
    await using adapter = await start(
      `const text = JSON.stringify({ id, result: { accepted: true } });
       process.stdout.write(text.slice(0, 9));
       setImmediate(() => process.stdout.write(text.slice(9) + '\\r\\n'));`,
    );
    expect(await register(adapter)).toEqual({ verdict: 'accepted' });
  });

  it('is no evidence if its answer never ends', async () => {
    await using adapter = await start(`setInterval(() => process.stdout.write('x'.repeat(1000000)), 1);`);
    await expect(register(adapter)).rejects.toThrow('Expected lines of at most 4194304 bytes, got more');
  });

  it('counts as crashed when it does not answer in time', async () => {
    await using adapter = await start(`setInterval(() => undefined, 1000);`);
    expect(await register(adapter)).toEqual({
      verdict: 'crashed',
      detail: 'The adapter gave no answer to verifyRegistration within 1000 ms',
    });
  });

  it('gets no more calls after thirty without an answer', async () => {
    const clock = new ManualClock();
    await using adapter = await start(`setInterval(() => undefined, 1000);`, described, clock);
    for (let count = 0; count < 30; count += 1) {
      const outcome = register(adapter);
      await expect.poll(() => clock.sleeping, { interval: 1 }).toBe(1);
      clock.advance(1_000);
      expect(await outcome).toMatchObject({ verdict: 'crashed' });
    }
    await expect(register(adapter)).rejects.toThrow('The adapter gave no answer to 30 calls; no more are made');
  });

  it.each([
    ['text', `console.log('Traceback');`, 'Expected a JSON object in each line of standard output, got "Traceback"'],
    ['another id', `console.log('{"id": 7, "result": {}}');`, 'Expected the answer to call 2 (verifyRegistration)'],
    ['no result', `answer({ value: true });`, 'Expected result or crashed in the answer to verifyRegistration'],
    [
      'a result of another kind',
      `answer({ result: { accepted: 'yes' } });`,
      'Cannot use the result of verifyRegistration',
    ],
  ])('ends the case without a verdict when it answers with %s', async (_, body, message) => {
    await using adapter = await start(body);
    await expect(register(adapter)).rejects.toThrow(message);
  });

  it.each([
    [
      'its program is not installed',
      () => startAdapterProcess({ command: 'no-such-program', clock: systemClock }),
      'exit code 127',
    ],
    [
      'its description is incomplete',
      () => start('', `{ name: 'test' }`),
      'Cannot use the result of describe: checksTrust',
    ],
  ])('does not start when %s', async (_, open, message) => {
    await expect(open()).rejects.toThrow(message);
  });
});
