/** The steps of a scenario: `setup`, `steps` and `teardown`. */
import { stepArguments } from '../step-arguments.ts';
import { stepList } from './step-list.ts';

export const steps = stepList(stepArguments).meta({ id: 'steps' });
