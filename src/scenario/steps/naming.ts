/** Steps `name`, `done`, `rename`, `delete`: the passkey in Security info. */
import type { FlowValues } from '../parties/site/site-flow.ts';
import { whenAccepted } from './acceptance.ts';
import { step } from './step.ts';
import type { StepContext } from './step-context.ts';

export const name = step({
  keyword: 'name',
  run: (text, { flow }, signal) => flow.run('name', { name: text }, signal),
});
export const done = step({
  keyword: 'done',
  run: (_, context, signal) => change('done', {}, context, signal),
});
export const rename = step({
  keyword: 'rename',
  run: ({ from, to }, context, signal) => change('rename', { from, to }, context, signal),
});
export const remove = step({
  keyword: 'delete',
  run: (text, context, signal) => change('delete', { name: text }, context, signal),
});

/** The event of the relying party, and what did not happen without it. */
const outcomes = {
  done: ['passkey.registered', 'did not register the passkey'],
  rename: ['passkey.renamed', 'did not rename the passkey'],
  delete: ['passkey.deleted', 'did not delete the passkey'],
} as const;

/** Does a word of the flow that changes a passkey, and waits for the answer of the relying party. */
async function change(
  word: keyof typeof outcomes,
  values: FlowValues,
  context: StepContext,
  signal: AbortSignal,
): Promise<void> {
  const since = context.organisation.log?.length ?? 0;
  const [event, what] = outcomes[word];
  await context.flow.run(word, values, signal);
  await whenAccepted([event], what, context, { since, signal });
}
