import { EventEmitter, once } from 'node:events';
import { expect, it } from 'vitest';
import { AccessibleDialog } from './accessible-dialog.ts';
import type { DialogSnapshot } from './dialog-snapshot.ts';

/** Shows one dialog with one button, as the reader of the screen would tell it. */
const reader = `
  const say = (what) => console.log(JSON.stringify(what));
  say({ title: process.argv[1] + ' asks', texts: ['Allow'] });
  require('node:readline').createInterface(process.stdin).on('line', (name) => {
    say(null);
    say(name === 'Allow' ? { pressed: name } : { missing: name });
    if (name === 'Crash') process.exit();
  });`;

const open = (dismissedBy: { button: string }) =>
  new AccessibleDialog({ application: 'Firefox', dismissedBy }, [process.execPath, '-e', reader, '--']);

it('tells what is on show, and that nothing is', async () => {
  await using dialog = open({ button: 'Cancel' });
  const seen = new EventEmitter();
  dialog.watch((sight?: DialogSnapshot) => seen.emit('sight', sight));
  expect(await once(seen, 'sight')).toEqual([{ title: 'Firefox asks', texts: ['Allow'] }]);
  const gone = once(seen, 'sight');
  await dialog.press('Allow');
  expect(await gone).toEqual([undefined]);
});

it('presses buttons by their names, and says which of them is not there', async () => {
  await using dialog = open({ button: 'Cancel' });
  const pressed = await Promise.allSettled([dialog.press('Allow'), dialog.dismiss(), dialog.press('Allow')]);
  expect(pressed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((pressed[1] as PromiseRejectedResult).reason.message).toBe(
    'the dialog of Firefox has no button "Cancel" to press',
  );
});

it('leaves no press without an answer when the reader goes away', async () => {
  await using dialog = open({ button: 'Cancel' });
  const pressed = await Promise.allSettled([dialog.press('Crash'), dialog.press('Allow')]);
  expect(pressed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(dialog.press('Allow')).rejects.toThrow('no button');
});
