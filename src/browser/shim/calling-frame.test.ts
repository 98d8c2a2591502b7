import { EventEmitter } from 'node:events';
import type { Frame } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import { watchDocument } from './calling-frame.ts';

describe('watchDocument', () => {
  const page = new EventEmitter();
  let url: string;
  let currentDocument: Promise<string>;
  let gone: number;
  const frame = { page: () => page, url: () => url, evaluate: () => currentDocument } as unknown as Frame;

  beforeEach(() => {
    page.removeAllListeners();
    url = 'https://site.test/sign-in';
    currentDocument = new Promise(() => {}); // a document that loads answers late
    gone = 0;
  });
  const watch = () => watchDocument(frame, { documentId: 'first', binding: 'webauthn' }, () => gone++);
  const request = (to: string, of: () => Frame = () => frame) =>
    page.emit('request', { isNavigationRequest: () => true, frame: of, url: () => to });
  const navigate = (to: string) => {
    url = to;
    page.emit('framenavigated', frame);
  };

  it('ends at once when a requested document has replaced it, also after a redirect', () => {
    watch();
    request('https://site.test/old');
    request('https://site.test/new');
    navigate('https://site.test/new#part');
    expect(gone).toBe(1);
  });

  it('continues when the document changes its own address', async () => {
    watch();
    currentDocument = Promise.resolve('first');
    request('https://site.test/file', () => ({}) as Frame);
    navigate('https://site.test/file');
    await currentDocument;
    expect(gone).toBe(0);
  });

  it('asks the frame for its document when no request was seen', async () => {
    watch();
    const noFrame = () => {
      throw new Error('The frame does not exist yet');
    };
    request('https://site.test/new', noFrame);
    currentDocument = Promise.resolve('second');
    navigate('https://site.test/new');
    await expect.poll(() => gone).toBe(1);
  });

  it('does nothing after the watch has ended', () => {
    watch()();
    request('https://site.test/new');
    navigate('https://site.test/new');
    expect([gone, page.eventNames()]).toEqual([0, []]);
  });
});
