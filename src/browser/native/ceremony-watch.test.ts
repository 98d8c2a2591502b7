import type { Browser, BrowserContext } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../launch.ts';
import { type CeremonyEnd, watchCeremonies } from './ceremony-watch.ts';

/** A page that calls create() in its first script. */
const page = `<!doctype html><script>
  navigator.credentials.create({ publicKey: {} }).catch(() => undefined);
</script>`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);
afterAll(() => browser.close());

/** Opens a context in which `create` replaces the browser's create(). `ends` has a promise for each ceremony. */
async function watchContext(
  create: () => Promise<unknown>,
): Promise<{ context: BrowserContext; ends: Promise<CeremonyEnd>[] }> {
  const context = await browser.newContext();
  await context.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: page }));
  await context.addInitScript(`CredentialsContainer.prototype.create = ${create}`);
  const ends: Promise<CeremonyEnd>[] = [];
  await watchCeremonies(context, (ended) => void ends.push(ended));
  return { context, ends };
}

it('follows a ceremony that starts in the first script of a document, until the page is left', async () => {
  const { context, ends } = await watchContext(() => new Promise(() => undefined));
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

it('reports the error with which the browser ends a ceremony', async () => {
  const { context, ends } = await watchContext(() => Promise.reject(new DOMException('no', 'NotAllowedError')));
  await (await context.newPage()).goto('http://localhost/');
  await expect.poll(() => ends.length).toBe(1);
  expect(await ends[0]).toMatchObject({ error: 'NotAllowedError', message: 'no' });
  await context.close();
}, 60_000);
