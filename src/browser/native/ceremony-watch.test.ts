import type { Browser, BrowserContext } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../launch.ts';
import { type CeremonyEnd, watchCeremonies } from './ceremony-watch.ts';

/** Asks for a passkey at its first word, as a page that waits for nothing does. */
const page = `<!doctype html><script>
  navigator.credentials.create({ publicKey: {} }).catch(() => undefined);
</script>`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

/** A context whose browser settles no ceremony by itself, and the ends told so far. */
async function watched(
  create: () => Promise<unknown>,
): Promise<{ context: BrowserContext; ends: Promise<CeremonyEnd>[] }> {
  const context = await browser.newContext();
  await context.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: page }));
  await context.addInitScript(`CredentialsContainer.prototype.create = ${create}`);
  const ends: Promise<CeremonyEnd>[] = [];
  await watchCeremonies(context, (ended) => void ends.push(ended));
  return { context, ends };
}

it('a document that asks at its first word is not taken for one that went away', async () => {
  const { context, ends } = await watched(() => new Promise(() => undefined));
  const tab = await context.newPage();
  await tab.goto('http://localhost/first');
  await expect.poll(() => ends.length).toBe(1);
  expect(await Promise.race([ends[0], tab.evaluate('1')])).toBe(1);
  await tab.goto('http://localhost/second');
  expect(await ends[0]).toMatchObject({ error: 'AbortError' });
  await expect.poll(() => ends.length).toBe(2);
  await tab.close();
  expect(await ends[1]).toMatchObject({ error: 'AbortError' });
  await context.close();
}, 60_000);

it('tells how the browser itself ended it', async () => {
  const { context, ends } = await watched(() => Promise.reject(new DOMException('no', 'NotAllowedError')));
  await (await context.newPage()).goto('http://localhost/');
  await expect.poll(() => ends.length).toBe(1);
  expect(await ends[0]).toMatchObject({ error: 'NotAllowedError', message: 'no' });
  await context.close();
}, 60_000);
