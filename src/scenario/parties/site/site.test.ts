import type { Page } from 'playwright';
import { describe, expect, it, vi } from 'vitest';
import { Timeline } from '#result/timeline.ts';
import { Site } from './site.ts';

/** A site whose page has one element that never becomes visible. */
function setUp() {
  let failWait: (error: Error) => void = () => undefined;
  const waitFor = vi.fn(
    () =>
      new Promise<void>((_, reject) => {
        failWait = reject;
      }),
  );
  const button = { waitFor, click: vi.fn(), toString: () => 'the button' };
  const page = { on: () => page, isClosed: () => false, getByRole: () => button } as unknown as Page;
  const site = new Site(page, 'https://contoso.test', new Timeline());
  return { site, waitFor, failWait: (error: Error) => failWait(error) };
}

describe('Site', () => {
  it('names the element that did not become visible before the signal aborted', async () => {
    const { site, waitFor, failWait } = setUp();
    const abort = new AbortController();
    const pressed = site.press('Next', 'button', abort.signal);
    await vi.waitFor(() => expect(waitFor).toHaveBeenCalledWith({ state: 'visible', timeout: 0 }));
    const cause = new Error('Not done within 15000 ms');
    abort.abort(cause);
    await expect(pressed).rejects.toMatchObject({ message: 'The page does not show the button', cause });
    failWait(new Error('The page was closed')); // must not become an unhandled rejection
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('rejects at once for a signal that is aborted already, and waits for no element', async () => {
    const { site, waitFor } = setUp();
    const pressed = site.press('Next', 'button', AbortSignal.abort(new Error('The case is over')));
    await expect(pressed).rejects.toThrow('The page does not show the button');
    expect(waitFor).not.toHaveBeenCalled();
  });

  it('passes on a failure of the page', async () => {
    const { site, waitFor, failWait } = setUp();
    const pressed = site.press('Next', 'button', new AbortController().signal);
    await vi.waitFor(() => expect(waitFor).toHaveBeenCalled());
    failWait(new Error('The page was closed'));
    await expect(pressed).rejects.toThrow('The page was closed');
  });
});
