import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { AccessibleDialog } from './accessible-dialog.ts';
import type { DialogSnapshot } from './dialog-snapshot.ts';

/** A reader process that reports one dialog with one button "Allow", which closes when any button is pressed. */
const readerScript = `
  const write = (value) => console.log(JSON.stringify(value));
  write({ window: true, dialog: { title: process.argv[1] + ' asks', texts: ['Allow'] } });
  require('node:readline').createInterface(process.stdin).on('line', (name) => {
    write({ window: true, dialog: null });
    write(name === 'Allow' ? { pressed: name } : { missing: name });
    if (name === 'Crash') process.exit();
  });`;

const open = (script: string, { clock = new ManualClock(), button = 'Cancel' } = {}) =>
  new AccessibleDialog(
    { application: 'Firefox', dismissedBy: { button } },
    { reader: [process.execPath, '-e', script, '--'], clock },
  );

it('reports the open dialog, and that none is open', async () => {
  await using dialog = open(readerScript);
  const events = new EventEmitter();
  dialog.watch((snapshot?: DialogSnapshot) => events.emit('snapshot', snapshot));
  expect(await once(events, 'snapshot')).toEqual([{ title: 'Firefox asks', texts: ['Allow'] }]);
  const closed = once(events, 'snapshot');
  await dialog.pressButton('Allow');
  expect(await closed).toEqual([undefined]);
});

it('does not report that no dialog is open while the reader cannot read', async () => {
  await using dialog = open(`
    for (const line of [{ error: 'timed out' }, { window: true, dialog: { title: 'PIN', texts: [] } }])
      console.log(JSON.stringify(line));
    setInterval(() => undefined, 1000);`);
  const snapshot = new Promise((resolve) => dialog.watch(resolve));
  expect(await snapshot).toEqual({ title: 'PIN', texts: [] });
});

it('presses buttons by name and rejects for a button that does not exist', async () => {
  await using dialog = open(readerScript);
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

it('rejects pending presses when the reader exits, starts it again, and then presses', async () => {
  await using dialog = open(readerScript);
  const events = new EventEmitter();
  dialog.watch((snapshot?: DialogSnapshot) => events.emit(snapshot ? 'shown' : 'closed'));
  await once(events, 'shown');
  const shownAgain = once(events, 'shown');
  const pressed = await Promise.allSettled([dialog.pressButton('Crash'), dialog.pressButton('Allow')]);
  expect(pressed[0]).toMatchObject({ status: 'rejected' });
  await shownAgain;
  await dialog.pressButton('Allow');
});

describe('whenReady()', () => {
  /**
   * Lets the time limit of each attempt pass after the reader has reported what it sees, until `work` settles. Returns `ready` or
   * the error.
   */
  async function passTimeLimits(
    dialog: AccessibleDialog,
    clock: ManualClock,
    work: Promise<unknown>,
  ): Promise<unknown> {
    let outcome: unknown;
    work.then(
      () => {
        outcome = 'ready';
      },
      (error: unknown) => {
        outcome = error;
      },
    );
    while (outcome === undefined) {
      await new Promise(setImmediate);
      if (clock.sleeping > 0 && !dialog.describeState().includes('nothing yet')) clock.advance(30_000);
    }
    return outcome;
  }

  it('resolves when the reader finds the window', async () => {
    await using dialog = open(readerScript);
    await dialog.whenReady();
    expect(dialog.describeState()).toBe('and the reader sees the dialog "Firefox asks"');
  });

  it('restarts a reader that does not find the window', async () => {
    const clock = new ManualClock();
    const folder = mkdtempSync(join(tmpdir(), 'touchstone-reader-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const marker = join(folder, 'started');
    await using dialog = open(
      `const fs = require('node:fs');
       const isFirst = !fs.existsSync(${JSON.stringify(marker)});
       fs.writeFileSync(${JSON.stringify(marker)}, '');
       setInterval(() => console.log(JSON.stringify({ window: !isFirst, dialog: null })), 5);`,
      { clock },
    );
    expect(await passTimeLimits(dialog, clock, dialog.whenReady())).toBe('ready');
  });

  it.each([
    ['sees no window', '{ window: false, dialog: null }', /but the reader does not see the window/],
    ['cannot read the bus', '{ error: "timed out" }', /but the reader reports: timed out/],
  ])('rejects with the reason if the reader %s', async (_title, state, message) => {
    const clock = new ManualClock();
    await using dialog = open(`setInterval(() => console.log(JSON.stringify(${state})), 5);`, { clock });
    expect(await passTimeLimits(dialog, clock, dialog.whenReady())).toMatchObject({
      name: 'UnavailableError',
      message: expect.stringMatching(message),
    });
  });

  it('rejects with the last message of a reader that ends at once', async () => {
    const clock = new ManualClock();
    await using dialog = open('console.error("Namespace Atspi not available"); process.exit(1);', { clock });
    expect(await passTimeLimits(dialog, clock, dialog.whenReady())).toMatchObject({
      message: expect.stringMatching(/exit code 1: Namespace Atspi not available/),
    });
  });
});
