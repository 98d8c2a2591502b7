import { EventEmitter, once } from 'node:events';
import { expect, it } from 'vitest';
import { AccessibleDialog } from './accessible-dialog.ts';
import type { DialogSnapshot } from './dialog-snapshot.ts';

/** A reader process that reports one dialog with one button "Allow", which closes when any button is pressed. */
const readerScript = `
  const write = (value) => console.log(JSON.stringify(value));
  write({ title: process.argv[1] + ' asks', texts: ['Allow'] });
  require('node:readline').createInterface(process.stdin).on('line', (name) => {
    write(null);
    write(name === 'Allow' ? { pressed: name } : { missing: name });
    if (name === 'Crash') process.exit();
  });`;

const open = (dismissedBy: { button: string }) =>
  new AccessibleDialog({ application: 'Firefox', dismissedBy }, [process.execPath, '-e', readerScript, '--']);

it('reports the open dialog, and that none is open', async () => {
  await using dialog = open({ button: 'Cancel' });
  const events = new EventEmitter();
  dialog.watch((snapshot?: DialogSnapshot) => events.emit('snapshot', snapshot));
  expect(await once(events, 'snapshot')).toEqual([{ title: 'Firefox asks', texts: ['Allow'] }]);
  const closed = once(events, 'snapshot');
  await dialog.pressButton('Allow');
  expect(await closed).toEqual([undefined]);
});

it('presses buttons by name and rejects for a button that does not exist', async () => {
  await using dialog = open({ button: 'Cancel' });
  const pressed = await Promise.allSettled([
    dialog.pressButton('Allow'),
    dialog.dismiss(),
    dialog.pressButton('Allow'),
  ]);
  expect(pressed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((pressed[1] as PromiseRejectedResult).reason.message).toBe(
    'Cannot press "Cancel": the dialog of Firefox has no such button',
  );
});

it('rejects pending and later presses when the reader exits', async () => {
  await using dialog = open({ button: 'Cancel' });
  const pressed = await Promise.allSettled([dialog.pressButton('Crash'), dialog.pressButton('Allow')]);
  expect(pressed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(dialog.pressButton('Allow')).rejects.toThrow('no such button');
});
