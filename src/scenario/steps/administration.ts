/** Steps of an administrator: `issue-tap`, `set-policy`, `provision-user`. */
import { step } from './step.ts';

export const issueTap = step({
  keyword: 'issue-tap',
  run: (args, { organisation }) => organisation.issueTap(args ?? {}),
});

export const setPolicy = step({
  keyword: 'set-policy',
  run: (policy, { organisation }) => organisation.setPolicy(policy),
});

export const provisionUser = step({
  keyword: 'provision-user',
  async run(user, { organisation }) {
    await organisation.provision(user ?? {});
  },
});
