/** Steps `name`, `done`, `rename`, `delete`: the passkey in Security info. */
import { step } from './step.ts';

export const name = step({
  keyword: 'name',
  run: (text, { flow }, signal) => flow.run('name', { name: text }, signal),
});
export const done = step({ keyword: 'done', run: (_, { flow }, signal) => flow.run('done', {}, signal) });
export const rename = step({
  keyword: 'rename',
  run: ({ from, to }, { flow }, signal) => flow.run('rename', { from, to }, signal),
});
export const remove = step({
  keyword: 'delete',
  run: (text, { flow }, signal) => flow.run('delete', { name: text }, signal),
});
