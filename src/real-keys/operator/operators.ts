/** Who does with their hands what cases ask of real keys: as a run is told, and as the processes that run its cases hear it. */
import { type Clock, systemClock } from '#base/clock.ts';
import type { Operator } from '#scenario/parties/operator.ts';
import type { PromptDisplay } from '#scenario/parties/operator-prompt.ts';
import { commandRobot, type RobotCommand } from './command-robot.ts';
import { httpRobot } from './http-robot.ts';
import { Robot } from './robot.ts';
import { Person } from './terminal-operator.ts';
import { terminalPrompts } from './terminal-prompts.ts';
import { waitForHands } from './wait-for-action.ts';

/** Plain JSON. */
export type OperatorChoice =
  | { kind: 'terminal' }
  | { kind: 'none' }
  | ({ kind: 'command' } & RobotCommand)
  | { kind: 'http'; url: string };

/** The operator of one case; `page` is where it is seen, when people watch. */
export function operatorOf(choice: OperatorChoice, page?: PromptDisplay, clock: Clock = systemClock): Operator {
  switch (choice.kind) {
    case 'terminal': {
      const terminal = terminalPrompts((line) => process.stdout.write(line));
      return new Person(page ? [terminal, page] : [terminal], clock);
    }
    case 'command':
      return new Robot(commandRobot(choice), clock);
    case 'http':
      return new Robot(httpRobot(choice.url), clock);
    case 'none':
      return { perform: (request, done, signal) => waitForHands({ ...request, patienceMs: 0 }, done, signal, clock) };
  }
}
