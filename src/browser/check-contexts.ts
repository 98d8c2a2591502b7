/** Stock browsers do not support every command of every version of Playwright. */
import { createRequire } from 'node:module';
import type { Browser } from 'playwright';
import { messageOf, UnavailableError } from '#base/errors.ts';

/**
 * Checks that Playwright can open pages in a browser that it has started; closes the browser if it cannot.
 * @throws {UnavailableError} if it cannot; the message says what to do.
 */
export async function checkContexts(browser: Pick<Browser, 'newContext' | 'version' | 'close'>): Promise<void> {
  try {
    const context = await browser.newContext();
    await context.close();
  } catch (cause) {
    const version = browser.version();
    await browser.close();
    const [reason = ''] = messageOf(cause)
      .replace(/^browser\.newContext: /, '')
      .split('\n');
    throw new UnavailableError(
      `Playwright ${playwrightVersion()} cannot drive Firefox ${version}: ${reason}. Install Playwright 1.64.1 ` +
        '(npm install --save-dev @playwright/test@1.64.1 playwright@1.64.1), its own Firefox (npx playwright install firefox), or a newer Firefox',
      { cause },
    );
  }
}

function playwrightVersion(): string {
  const { version } = createRequire(import.meta.url)('playwright/package.json') as { version: string };
  return version;
}
