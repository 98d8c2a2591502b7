/** Creates the operator that the options of `touchstone run` choose. */
import { type Clock, systemClock } from '#base/clock.ts';
import type { Operator } from '#scenario/parties/operator.ts';
import type { PromptDisplay } from '#scenario/parties/operator-prompt.ts';
import { commandRobot, type RobotCommand } from './command-robot.ts';
import { httpRobot } from './http-robot.ts';
import { RobotOperator } from './robot-operator.ts';
import { TerminalOperator } from './terminal-operator.ts';
import { terminalPrompts } from './terminal-prompts.ts';
import { waitForAction } from './wait-for-action.ts';

/** Plain JSON, because the plan of a run is passed to other processes. */
export type OperatorChoice =
  | { kind: 'terminal' }
  | { kind: 'none' }
  | ({ kind: 'command' } & RobotCommand)
  | { kind: 'http'; url: string };

/** Creates the operator of one case. `page` shows prompts over the page of a headed browser. */
export function createOperator(choice: OperatorChoice, page?: PromptDisplay, clock: Clock = systemClock): Operator {
  switch (choice.kind) {
    case 'terminal': {
      const terminal = terminalPrompts((line) => process.stdout.write(line));
      return new TerminalOperator(page ? [terminal, page] : [terminal], clock);
    }
    case 'command':
      return new RobotOperator(commandRobot(choice), clock);
    case 'http':
      return new RobotOperator(httpRobot(choice.url), clock);
    case 'none':
      return { perform: (request, done, signal) => waitForAction({ ...request, timeoutMs: 0 }, done, signal, clock) };
  }
}
