/** Steps `add-sign-in-method` and `choose-method`. */
import { addSignInMethod as add, chooseMethod as choose } from '../parties/site/reference-portal.ts';
import { step } from './step.ts';

export const addSignInMethod = step({ keyword: 'add-sign-in-method', run: (_, { site }, signal) => add(site, signal) });

export const chooseMethod = step({
  keyword: 'choose-method',
  async run(method, { site, dialog }, signal) {
    dialog.begin();
    await choose(site, method, signal);
  },
});
