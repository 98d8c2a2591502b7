import { expect, it } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import { checkContexts } from './check-contexts.ts';

function createBrowser(newContext: () => Promise<unknown>) {
  const log: string[] = [];
  const browser = {
    newContext,
    version: () => '153.7.0',
    close: async () => void log.push('browser closed'),
  } as unknown as Parameters<typeof checkContexts>[0];
  return { browser, log };
}

it('closes a browser that does not support a command of Playwright, and names what to install', async () => {
  const { browser, log } = createBrowser(async () => {
    throw new Error('browser.newContext: Protocol error (emulation.x): unknown command\nMessage: emulation.x');
  });
  const checked = checkContexts(browser);
  await expect(checked).rejects.toThrow(UnavailableError);
  await expect(checked).rejects.toThrow(
    /^Playwright [\d.]+ cannot drive Firefox 153\.7\.0: Protocol error \(emulation\.x\): unknown command\. Install Playwright/,
  );
  expect(log).toEqual(['browser closed']);
});

it('closes only the context of a browser that works', async () => {
  const closed: string[] = [];
  const { browser, log } = createBrowser(async () => ({ close: async () => void closed.push('context') }));
  await checkContexts(browser);
  expect([closed, log]).toEqual([['context'], []]);
});
