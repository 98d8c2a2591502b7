import { expect, it } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import { type RepeatableSession, repeatAfterFailure } from './repeat-in-new-browser.ts';

const failure = new UnavailableError('Firefox ended during the case');

/** A session whose browser ends with `status`; undefined for a browser that keeps running. */
class FakeSession implements RepeatableSession<FakeSession> {
  readonly name: string;
  readonly #status: string | undefined;
  readonly #next: FakeSession | undefined;
  constructor(name: string, status?: string, next?: FakeSession) {
    this.name = name;
    this.#status = status;
    this.#next = next;
  }
  end() {
    return this.#status ? Promise.resolve({ status: this.#status, report: `report of ${this.name}` }) : undefined;
  }
  async renew() {
    if (!this.#next) throw new Error('no such program');
    return this.#next;
  }
}

/** Runs a case that has a failure in the sessions with these names. */
async function runCase(session: FakeSession, failing: readonly string[]) {
  const attached: string[] = [];
  const result = await repeatAfterFailure(
    session,
    async ({ name }) => ({ outcome: `outcome in ${name}`, failure: failing.includes(name) ? failure : undefined }),
    async (name, text) => void attached.push(`${name}: ${text}`),
  );
  const events = result.events.map(({ event, detail }) => [event, detail?.status ?? detail?.problem]);
  return { outcome: result.outcome, failure: result.failure, events, attached };
}

it('does not repeat a case in which browser and dialog worked', async () => {
  expect(await runCase(new FakeSession('first'), [])).toEqual({
    outcome: 'outcome in first',
    failure: undefined,
    events: [],
    attached: [],
  });
});

it('repeats a case whose browser ended, and reports how it ended', async () => {
  const session = new FakeSession('first', 'signal SIGSEGV', new FakeSession('second'));
  expect(await runCase(session, ['first'])).toEqual({
    outcome: 'outcome in second',
    failure: undefined,
    events: [['browser.failed', 'signal SIGSEGV']],
    attached: ['browser of the first attempt: report of first'],
  });
});

it('repeats a case whose dialog could not be read, although the browser still runs', async () => {
  const session = new FakeSession('first', undefined, new FakeSession('second'));
  expect(await runCase(session, ['first'])).toMatchObject({
    outcome: 'outcome in second',
    events: [['browser.failed', failure.message]],
    attached: [],
  });
});

it('repeats a case only once', async () => {
  const session = new FakeSession('first', 'exit code 0', new FakeSession('second', 'signal SIGKILL'));
  expect(await runCase(session, ['first', 'second'])).toEqual({
    outcome: 'outcome in second',
    failure,
    events: [
      ['browser.failed', 'exit code 0'],
      ['browser.failed', 'signal SIGKILL'],
    ],
    attached: ['browser of the first attempt: report of first', 'browser of the second attempt: report of second'],
  });
});

it('returns the first attempt if no new browser can be started', async () => {
  expect(await runCase(new FakeSession('first', 'exit code 1'), ['first'])).toMatchObject({
    outcome: 'outcome in first',
    failure,
    events: [
      ['browser.failed', 'exit code 1'],
      ['browser.not-started', 'no such program'],
    ],
  });
});
