/** Steps `add-sign-in-method` and `choose-method`. */
import { step } from './step.ts';

export const addSignInMethod = step({
  keyword: 'add-sign-in-method',
  run: (_, { flow }, signal) => flow.run('add-sign-in-method', {}, signal),
});

export const chooseMethod = step({
  keyword: 'choose-method',
  async run(method, { flow, dialog }, signal) {
    dialog.expectCeremony();
    await flow.run(`choose-method.${method}`, {}, signal);
  },
});
