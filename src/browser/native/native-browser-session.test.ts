import { EventEmitter } from 'node:events';
import type { Browser, BrowserContext, Page } from 'playwright';
import { describe, expect, it, vi } from 'vitest';
import type { BrowserEnd } from './browser-process.ts';
import type { NativeDialog } from './dialog-snapshot.ts';
import {
  type NativeBrowserSession,
  type StartedBrowser,
  withNativeBrowser,
  withNativeBrowserSession,
} from './native-browser-session.ts';
import type { NativeBrowser } from './native-browsers.ts';

/** A browser without a window. `end` lets it end by itself. */
class FakeBrowser extends EventEmitter {
  opensPages = true;
  async newContext(): Promise<BrowserContext> {
    if (!this.opensPages) throw new Error('The window was closed\nlog of the browser');
    const context = { on: () => undefined, close: async () => undefined, newPage: async () => page };
    const page = { context: () => context } as unknown as Page;
    return context as unknown as BrowserContext;
  }
  async close(): Promise<void> {
    this.end();
  }
  end(): void {
    this.emit('disconnected');
  }
}

/** Starts fake browsers whose windows can always be read. Calls `use` with the session and the browsers started so far. */
async function withFakeBrowser(
  use: (started: StartedBrowser, launched: FakeBrowser[], calls: string[]) => Promise<void>,
): Promise<FakeBrowser[]> {
  const launched: FakeBrowser[] = [];
  const calls: string[] = [];
  const browser: NativeBrowser = {
    findExecutable: () => '/bin/true',
    async launch() {
      const started = new FakeBrowser();
      launched.push(started);
      return started as unknown as Browser;
    },
    dialogTraits: { application: 'Firefox', dismissedBy: { button: 'Cancel' } },
    readPrompt: () => undefined,
  };
  const dialog = {
    whenReady: async () => void calls.push('ready'),
    reconnect: () => calls.push('reconnect'),
    [Symbol.asyncDispose]: async () => undefined,
  } as unknown as NativeDialog & AsyncDisposable;
  await withNativeBrowser('firefox', (started) => use(started, launched, calls), {
    browser,
    createDialog: () => dialog,
  });
  return launched;
}

const withSession = (use: (session: NativeBrowserSession, launched: FakeBrowser[], calls: string[]) => Promise<void>) =>
  withFakeBrowser((started, launched, calls) =>
    withNativeBrowserSession(started, (session) => use(session, launched, calls)),
  );

describe('a session in a native browser', () => {
  it('begins when the window of the browser can be read', async () => {
    await withSession(async (_session, _launched, calls) => {
      expect(calls).toEqual(['ready']);
    });
  });

  it('reports that the browser ends unexpectedly, and not that it is closed', async () => {
    const signals: AbortSignal[] = [];
    await withSession(async ({ endSignal, end }, [browser]) => {
      signals.push(endSignal);
      expect(end()).toBeUndefined();
      browser?.end();
      expect(endSignal.reason).toMatchObject({ name: 'UnavailableError', message: 'Firefox ended during the case' });
      expect(end()).toBeInstanceOf(Promise);
    });
    await withSession(async ({ endSignal }) => void signals.push(endSignal));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it('is renewed in a new browser, with a new connection of the reader', async () => {
    const launched = await withSession(async (session, [first], calls) => {
      first?.end();
      const renewed = await session.renew();
      expect(renewed.endSignal.aborted).toBe(false);
      expect(calls).toEqual(['ready', 'reconnect', 'ready']);
    });
    expect(launched).toHaveLength(2);
  });

  it('begins in a new browser if the old one opens no page', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const launched = await withFakeBrowser(async (started, [first]) => {
      if (first) first.opensPages = false;
      await withNativeBrowserSession(started, async () => undefined);
    });
    expect(launched).toHaveLength(2);
    expect(warn).toHaveBeenCalledWith('Firefox cannot open a page and is restarted: The window was closed');
    warn.mockRestore();
  });

  it('is the last one in its browser after four pages, because a browser in the kernel lab must not grow', async () => {
    const counts: number[] = [];
    await withFakeBrowser(async (started, launched) => {
      for (let round = 0; round < 9; round++)
        await withNativeBrowserSession(started, async () => void counts.push(launched.length));
    });
    expect(counts).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3]);
  });

  it('does not report the end of a browser after the session', async () => {
    const ends: Promise<BrowserEnd>[] = [];
    await withFakeBrowser(async (started, [browser]) => {
      const stop = started.onEnd((end) => ends.push(end));
      stop();
      browser?.end();
    });
    expect(ends).toEqual([]);
  });
});
