import { expect, it } from 'vitest';
import { createStepContext, neverAborted } from '../../testing/step-context.ts';
import { whenCredentialSent } from './before-leaving.ts';

function setUp() {
  const { dialog, ceremonies } = createStepContext();
  const settled: (number | undefined)[] = [];
  const site = { settle: async (endedAt?: number) => void settled.push(endedAt) };
  return { dialog, ceremonies, settled, leave: () => whenCredentialSent({ site, dialog, ceremonies }) };
}

it('waits for the end of the ceremony, and until the page has sent the credential', async () => {
  const { ceremonies, settled, leave } = setUp();
  const end = ceremonies.begin();
  const left = leave();
  end({ error: 'none' });
  await left;
  expect(settled).toEqual([ceremonies.last?.endedAt]);
});

it('does not wait while the dialog asks the user something', async () => {
  const { dialog, ceremonies, settled, leave } = setUp();
  ceremonies.begin();
  void dialog.connectKey(neverAborted);
  await leave();
  expect([ceremonies.isRunning, settled]).toEqual([true, []]);
});

it('does not wait for a page that has got no credential', async () => {
  const { ceremonies, settled, leave } = setUp();
  await leave();
  ceremonies.begin()({ error: 'NotAllowedError' });
  await leave();
  expect(settled).toEqual([]);
});
