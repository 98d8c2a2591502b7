/** Steps `name`, `done`, `rename`, `delete`: the passkey in Security info. */
import { deletePasskey, finish, namePasskey, renamePasskey } from '../parties/site/reference-portal.ts';
import { step } from './step.ts';

export const name = step({ keyword: 'name', run: (text, { site }, signal) => namePasskey(site, text, signal) });
export const done = step({ keyword: 'done', run: (_, { site }, signal) => finish(site, signal) });
export const rename = step({
  keyword: 'rename',
  run: ({ from, to }, { site }, signal) => renamePasskey(site, from, to, signal),
});
export const remove = step({ keyword: 'delete', run: (text, { site }, signal) => deletePasskey(site, text, signal) });
