// npm install webdriverio; npx touchstone authenticator-server; then run this file with the variables below.
import assert from 'node:assert/strict';
import { remote } from 'webdriverio';

const { SERVER, TOUCHSTONE_TOKEN, SITE, BROWSER, CHROMEDRIVER } = process.env;
const headers = { authorization: `Bearer ${TOUCHSTONE_TOKEN}` };
const shim = await (await fetch(`${SERVER}/shim.js`, { headers })).text();

const browser = await remote({
  logLevel: 'error',
  capabilities: {
    browserName: 'chrome',
    webSocketUrl: true, // WebDriver BiDi, for the preload script
    'goog:chromeOptions': { binary: BROWSER, args: ['--headless=new', '--no-sandbox'] },
    'wdio:chromedriverOptions': { binary: CHROMEDRIVER },
  },
});
try {
  await browser.scriptAddPreloadScript({ functionDeclaration: `() => { ${shim} }` });
  await browser.url(SITE);
  await browser.$('#add').click();
  await browser.waitUntil(async () => (await browser.$('output').getText()).startsWith('done'));
  const { registrations } = await (await fetch(`${SERVER}/status`, { headers })).json();
  assert.deepEqual([registrations.length, registrations[0].userVerified], [1, true]);
} finally {
  await browser.deleteSession();
}
