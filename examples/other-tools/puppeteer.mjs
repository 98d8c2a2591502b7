// npm install puppeteer-core; npx touchstone authenticator-server; then run this file with the variables below.
import assert from 'node:assert/strict';
import puppeteer from 'puppeteer-core';

const { SERVER, TOUCHSTONE_TOKEN, SITE, BROWSER } = process.env;
const headers = { authorization: `Bearer ${TOUCHSTONE_TOKEN}` };
const shim = await (await fetch(`${SERVER}/shim.js`, { headers })).text();

const browser = await puppeteer.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(shim); // before any script of the page
  await page.goto(SITE);
  await page.click('#add');
  await page.waitForFunction(() => document.querySelector('output').textContent.startsWith('done'));
  const { registrations } = await (await fetch(`${SERVER}/status`, { headers })).json();
  assert.deepEqual([registrations.length, registrations[0].userVerified], [1, true]);
} finally {
  await browser.close();
}
