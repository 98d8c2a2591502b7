import { describe, expect, it } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { splitOutput } from '#result/prompt-line.ts';
import { NobodyActed } from '#scenario/parties/operator.ts';
import type { Prompt } from '#scenario/parties/operator-prompt.ts';
import { operatorOf } from './operators.ts';
import { Robot } from './robot.ts';
import { Person } from './terminal-operator.ts';
import { terminalPrompts } from './terminal-prompts.ts';
import { deed, operatorContract, request, settled } from './testing/operator-contract.ts';

const running = () => new AbortController().signal;

operatorContract('a person', (clock) => {
  const asked: string[] = [];
  const show = ({ handling, key }: Prompt) => {
    asked.push(`${handling} ${key}`);
    return () => undefined;
  };
  return { operator: new Person([{ show }], clock), asked };
});

operatorContract('a robot', (clock) => {
  const asked: string[] = [];
  const robot = new Robot(async ({ handling, key }) => void asked.push(`${handling} ${key.address}`), clock);
  return { operator: robot, asked };
});

describe('a person', () => {
  it('reads a prompt until it is done, on every display', async () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const onPage: string[] = [];
    const page = {
      show: ({ what }: Prompt) => {
        onPage.push(what);
        return () => onPage.push('taken away');
      },
    };
    const person = new Person([terminalPrompts((line) => lines.push(line)), page], clock);
    const { done, act } = deed();
    const performed = person.perform(request(), done, running());
    await settled();
    clock.advance(200);
    await settled();
    expect(splitOutput(lines.join(''))).toEqual({
      prompts: [
        {
          key: 'usb:1-2',
          prompt: {
            what: 'Touch the blinking key',
            which: 'YubiKey 5 NFC (serial 5234567)',
            patienceMs: 30_000,
          },
        },
      ],
      rest: '',
    });
    act();
    await performed;
    expect(splitOutput(lines.slice(1).join('')).prompts).toEqual([{ key: 'usb:1-2' }]);
    expect(onPage).toEqual(['Touch the blinking key', 'taken away']);
  });
});

describe('a robot', () => {
  it('that fails says why', async () => {
    const clock = new ManualClock();
    const robot = new Robot(() => Promise.reject(new UnavailableError('the arm is stuck')), clock);
    const performed = robot.perform(request(), deed().done, running());
    performed.catch(() => undefined);
    await settled();
    clock.advance(1);
    await expect(performed).rejects.toThrow('the arm is stuck');
  });

  it('has its arm back before it is told the next thing', async () => {
    const clock = new ManualClock();
    const told: string[] = [];
    const arm = deed();
    const robot = new Robot(({ handling }) => {
      told.push(handling);
      return told.length === 1 ? arm.done : Promise.resolve();
    }, clock);
    const [touched, unplugged] = [deed(), deed()];
    const first = robot.perform(request(), touched.done, running());
    const second = robot.perform(request({ handling: 'unplug' }), unplugged.done, running());
    const pass = async () => {
      await settled();
      clock.advance(1);
      await settled();
    };
    await pass();
    touched.act();
    await first;
    await pass();
    expect(told).toEqual(['touch']);
    arm.act();
    await pass();
    await pass();
    expect(told).toEqual(['touch', 'unplug']);
    unplugged.act();
    await second;
  });

  it('that never comes back is ended, and holds up nobody for longer than the patience', async () => {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const robot = new Robot((_, signal) => {
      signals.push(signal);
      return deed().done;
    }, clock);
    const { done, act } = deed();
    const first = robot.perform(request(), done, running());
    await settled();
    clock.advance(1);
    await settled();
    act();
    await first;
    await settled();
    clock.advance(30_000);
    await settled();
    expect(signals[0]?.reason).toEqual(new Error('it did not end within 30000 ms'));
  });
});

describe('nobody', () => {
  const nobody = operatorOf({ kind: 'none' });

  it('acts, at once', async () => {
    await expect(nobody.perform(request(), deed().done, running())).rejects.toThrow(NobodyActed);
  });

  it('is needed for what is done already, or for what must not be touched', async () => {
    await nobody.perform(request(), Promise.resolve(), running());
    const { done, act } = deed();
    const left = nobody.perform(request({ handling: 'keep-away' }), done, running());
    setImmediate(act);
    await left;
  });
});
