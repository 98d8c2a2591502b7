/** Real pages in a browser. */
import { describe, expect, it } from 'vitest';
import { readVisibleText } from './page-text.ts';
import { useTestPages } from './testing/test-pages.ts';

const testPages = useTestPages();

async function textOf(html: string): Promise<string> {
  const page = await testPages.openPage();
  await page.setContent(html);
  return readVisibleText(page.mainFrame());
}

const shadow = (html: string) => `<template shadowrootmode="open">${html}</template>`;

describe('readVisibleText', () => {
  it('returns what is visible, and not what is hidden', async () => {
    expect(await textOf('<h1>Account</h1><p>Signed in</p><p hidden>secret</p>')).toBe('Account\n\nSigned in');
  });

  it('returns the text of open shadow trees, also of nested ones', async () => {
    const inner = `<x-inner>${shadow('<button>Add a passkey</button>')}</x-inner>`;
    const html = `<p>Page</p><x-card>${shadow(`<style>p { color: red }</style>Passkeys<p>None yet</p>${inner}`)}</x-card>`;
    expect((await textOf(html)).split('\n').filter((line) => line !== '')).toEqual([
      'Page',
      'Passkeys',
      'None yet',
      'Add a passkey',
    ]);
  });

  it('leaves out shadow trees that are not shown', async () => {
    const html = `<p>Page</p><x-card hidden>${shadow('<p>secret</p>')}</x-card>
      <x-card>${shadow('<p hidden>secret</p><div style="display: none">secret</div>')}</x-card>`;
    expect(await textOf(html)).toBe('Page');
  });

  it('returns the text of slotted elements once', async () => {
    expect(await textOf(`<x-card>${shadow('<b>Name: </b><slot></slot>')}<i>Desk key</i></x-card>`)).toBe(
      'Desk key\nName: ',
    );
  });

  it('returns the text of visible inline frames', async () => {
    const page = await testPages.openPage();
    await page.setContent(`<p>Page</p><iframe srcdoc="<p>Cancelled</p>"></iframe>
      <iframe srcdoc="<p>secret</p>" style="display: none"></iframe>`);
    await page.frameLocator('iframe >> nth=0').getByText('Cancelled').waitFor();
    expect(await readVisibleText(page.mainFrame())).toBe('Page\nCancelled');
  });

  it('waits for the content of a document', async () => {
    const page = await testPages.openPage();
    await page.evaluate(() => document.body.remove());
    const text = readVisibleText(page.mainFrame());
    await page.evaluate(() => {
      const body = document.createElement('body');
      body.append('Ready');
      document.documentElement.append(body);
    });
    expect(await text).toBe('Ready');
  });
});
