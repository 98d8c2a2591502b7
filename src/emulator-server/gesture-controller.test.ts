import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { Hands, type Question } from './gesture-controller.ts';
import { parseTouch, touchText } from './touch-policy.ts';

const presence: Question = { kind: 'presence', rpId: 'contoso.test' };
const verification: Question = { kind: 'verification', rpId: 'contoso.test' };
const enrollment: Question = { kind: 'enrollment' };
const waits = () => new AbortController().signal;

function hands(habit: ConstructorParameters<typeof Hands>[1]) {
  const clock = new ManualClock();
  const heard: (Question | undefined)[] = [];
  return { clock, heard, it: new Hands(clock, habit, (question) => heard.push(question)) };
}

describe('the habit', () => {
  it('auto answers at once and asks nobody', () => {
    const { it: person, heard } = hands('auto');
    expect(person.respond(presence, waits())).toBe('granted');
    expect(heard).toEqual([]);
  });

  it('ask waits for a gesture', async () => {
    const { it: person, heard } = hands('ask');
    const answer = person.respond(presence, waits());
    expect(person.question).toBe(presence);
    expect(person.make('deny')).toBe(true);
    expect(await answer).toBe('denied');
    expect(heard).toEqual([presence, undefined]);
  });

  it('after answers later', async () => {
    const { it: person, clock } = hands({ afterMs: 300 });
    const answer = person.respond(presence, waits());
    clock.advance(300);
    expect(await answer).toBe('granted');
  });

  it('that changes holds for the question that is open', async () => {
    const { it: person, clock } = hands('never');
    const first = person.respond(presence, waits());
    person.habit = 'auto';
    expect(await first).toBe('granted');
    person.habit = { afterMs: 1000 };
    const second = person.respond(presence, waits());
    person.habit = 'ask';
    clock.advance(1000);
    await new Promise(setImmediate);
    expect(person.question).toBe(presence);
    person.habit = { afterMs: 5 };
    clock.advance(5);
    expect(await second).toBe('granted');
  });

  it.each(['auto', 'ask', 'never', 'after:300ms'])('%s is read and written', (text) => {
    expect(touchText(parseTouch(text)!)).toBe(text);
  });

  it.each(['', 'after:', 'after:soon', 'AUTO', 'after:-1ms'])('%j is none', (text) => {
    expect(parseTouch(text)).toBeUndefined();
  });
});

describe('a gesture', () => {
  it('made while nobody asks goes before the habit, once', () => {
    const { it: person } = hands('auto');
    expect(person.make('deny')).toBe(false);
    expect(person.respond(presence, waits())).toBe('denied');
    expect(person.respond(presence, waits())).toBe('granted');
  });

  it('does not answer a question that has ended', () => {
    const { it: person, heard } = hands('ask');
    const gone = new AbortController();
    void person.respond(presence, gone.signal);
    gone.abort();
    expect(person.question).toBeUndefined();
    expect(heard).toEqual([presence, undefined]);
    expect(person.make('touch')).toBe(false);
  });

  it.each([
    ['unknown-finger', presence, 'granted'],
    ['unknown-finger', verification, 'no-match'],
    ['unknown-finger', enrollment, 'granted'],
    ['too-fast', enrollment, 'too-fast'],
    ['too-fast', verification, 'no-match'],
    ['too-fast', presence, 'granted'],
    ['touch', verification, 'granted'],
  ] as const)('%s, asked for %j, is %s', async (gesture, question, outcome) => {
    const { it: person } = hands('ask');
    const answer = person.respond(question, waits());
    person.make(gesture);
    expect(await answer).toBe(outcome);
  });
});
