// npm install selenium-webdriver; npx touchstone authenticator-server; then run this file with the variables below.
import assert from 'node:assert/strict';
import { Builder, By, until } from 'selenium-webdriver';
import chrome from 'selenium-webdriver/chrome.js';

const { SERVER, TOUCHSTONE_TOKEN, SITE, BROWSER, CHROMEDRIVER } = process.env;
const headers = { authorization: `Bearer ${TOUCHSTONE_TOKEN}` };
const shim = await (await fetch(`${SERVER}/shim.js`, { headers })).text();

const options = new chrome.Options().setChromeBinaryPath(BROWSER).addArguments('--headless=new', '--no-sandbox');
const service = new chrome.ServiceBuilder(CHROMEDRIVER);
const driver = await new Builder().forBrowser('chrome').setChromeOptions(options).setChromeService(service).build();
try {
  await driver.sendDevToolsCommand('Page.addScriptToEvaluateOnNewDocument', { source: shim });
  await driver.get(SITE);
  await driver.findElement(By.id('add')).click();
  await driver.wait(until.elementTextContains(driver.findElement(By.css('output')), 'done'), 10_000);
  const { registrations } = await (await fetch(`${SERVER}/status`, { headers })).json();
  assert.deepEqual([registrations.length, registrations[0].userVerified], [1, true]);
} finally {
  await driver.quit();
}
