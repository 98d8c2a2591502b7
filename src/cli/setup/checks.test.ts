import { afterEach, describe, expect, it, vi } from 'vitest';
import { checks } from './checks.mjs';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('the scenarios in Firefox', () => {
  it('are skipped, and not passed, where no Firefox is installed', async () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('TOUCHSTONE_FIREFOX', '');
    vi.stubEnv('PLAYWRIGHT_BROWSERS_PATH', '/no-such-folder');
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    expect(await checks.firefox?.run()).toBe(0);
    expect(log).toHaveBeenCalledExactlyOnceWith(
      'No Firefox found. Install one, or set TOUCHSTONE_FIREFOX to its executable.',
    );
    expect(checks.firefox?.tally(0)).toEqual({ passed: 0, failed: 0, skipped: 1 });
  });
});
