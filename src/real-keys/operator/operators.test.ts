import { describe, expect, it } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { splitOutput } from '#result/prompt-line.ts';
import { OperatorTimeout } from '#scenario/parties/operator.ts';
import type { ManualActionPrompt } from '#scenario/parties/operator-prompt.ts';
import { createOperator } from './operators.ts';
import { RobotOperator } from './robot-operator.ts';
import { TerminalOperator } from './terminal-operator.ts';
import { terminalPrompts } from './terminal-prompts.ts';
import { operatorContract, pendingAction, request, settled } from './testing/operator-contract.ts';

const neverAborted = () => new AbortController().signal;

operatorContract('TerminalOperator', (clock) => {
  const requested: string[] = [];
  const show = ({ action, key }: ManualActionPrompt) => {
    requested.push(`${action} ${key}`);
    return () => undefined;
  };
  return { operator: new TerminalOperator([{ show }], clock), requested };
});

operatorContract('RobotOperator', (clock) => {
  const requested: string[] = [];
  const robot = new RobotOperator(async ({ action, key }) => void requested.push(`${action} ${key.address}`), clock);
  return { operator: robot, requested };
});

describe('TerminalOperator', () => {
  it('shows a prompt on every display until the action is done', async () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const onPage: string[] = [];
    const page = {
      show: ({ what }: ManualActionPrompt) => {
        onPage.push(what);
        return () => onPage.push('hidden');
      },
    };
    const operator = new TerminalOperator([terminalPrompts((line) => lines.push(line)), page], clock);
    const { done, finish } = pendingAction();
    const performed = operator.perform(request(), done, neverAborted());
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
            timeoutMs: 30_000,
          },
        },
      ],
      rest: '',
    });
    finish();
    await performed;
    expect(splitOutput(lines.slice(1).join('')).prompts).toEqual([{ key: 'usb:1-2' }]);
    expect(onPage).toEqual(['Touch the blinking key', 'hidden']);
  });
});

describe('RobotOperator', () => {
  it('rejects with the failure of the robot', async () => {
    const clock = new ManualClock();
    const robot = new RobotOperator(() => Promise.reject(new UnavailableError('the arm is stuck')), clock);
    const performed = robot.perform(request(), pendingAction().done, neverAborted());
    performed.catch(() => undefined);
    await settled();
    clock.advance(1);
    await expect(performed).rejects.toThrow('the arm is stuck');
  });

  it('sends the next request only after the robot has finished the one before', async () => {
    const clock = new ManualClock();
    const sent: string[] = [];
    const movement = pendingAction();
    const robot = new RobotOperator(({ action }) => {
      sent.push(action);
      return sent.length === 1 ? movement.done : Promise.resolve();
    }, clock);
    const [touched, unplugged] = [pendingAction(), pendingAction()];
    const first = robot.perform(request(), touched.done, neverAborted());
    const second = robot.perform(request({ action: 'unplug' }), unplugged.done, neverAborted());
    const letTimePass = async () => {
      await settled();
      clock.advance(1);
      await settled();
    };
    await letTimePass();
    touched.finish();
    await first;
    await letTimePass();
    expect(sent).toEqual(['touch']);
    movement.finish();
    await letTimePass();
    await letTimePass();
    expect(sent).toEqual(['touch', 'unplug']);
    unplugged.finish();
    await second;
  });

  it('aborts a robot that does not finish within the time limit', async () => {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const robot = new RobotOperator((_, signal) => {
      signals.push(signal);
      return pendingAction().done;
    }, clock);
    const { done, finish } = pendingAction();
    const first = robot.perform(request(), done, neverAborted());
    await settled();
    clock.advance(1);
    await settled();
    finish();
    await first;
    await settled();
    clock.advance(30_000);
    await settled();
    expect(signals[0]?.reason).toEqual(new Error('The robot did not finish within 30000 ms'));
  });
});

describe('operator none', () => {
  const operator = createOperator({ kind: 'none' });

  it('times out at once', async () => {
    await expect(operator.perform(request(), pendingAction().done, neverAborted())).rejects.toThrow(OperatorTimeout);
  });

  it('accepts an action that is done already, and a key that must not be touched', async () => {
    await operator.perform(request(), Promise.resolve(), neverAborted());
    const { done, finish } = pendingAction();
    const performed = operator.perform(request({ action: 'keep-away' }), done, neverAborted());
    setImmediate(finish);
    await performed;
  });
});
