/** Steps of an administrator: `issue-tap`, `set-policy`, `provision-user`. Cases with them run only where Touchstone administers the site. */
import { UnavailableError } from '#base/errors.ts';
import type { Administration, Organisation } from '../parties/organisation.ts';
import { step } from './step.ts';

export const issueTap = step({
  keyword: 'issue-tap',
  run: (args, { organisation }) => administrationOf(organisation).issueTap(args ?? {}),
});

export const setPolicy = step({
  keyword: 'set-policy',
  run: (policy, { organisation }) => administrationOf(organisation).setPolicy(policy),
});

export const provisionUser = step({
  keyword: 'provision-user',
  async run(user, { organisation }) {
    await administrationOf(organisation).provision(user ?? {});
  },
});

function administrationOf({ administration }: Organisation): Administration {
  if (administration) return administration;
  throw new UnavailableError('Touchstone cannot administer this site');
}
