import { describe, expect, it } from 'vitest';
import { CleanUp } from './clean-up.ts';

describe('CleanUp', () => {
  it('ends what was added last first, also after a failure, and returns the failures', async () => {
    const cleanUp = new CleanUp();
    const log: string[] = [];
    const error = new Error('no answer');
    cleanUp.add('authenticator', async () => log.push('key'));
    cleanUp.add('relying-party', () => Promise.reject(error));
    cleanUp.add('relying-party', () => {
      throw error;
    });
    cleanUp.add('client', async () => log.push('client'));
    expect(await cleanUp.run()).toEqual([
      { party: 'relying-party', error },
      { party: 'relying-party', error },
    ]);
    expect(log).toEqual(['client', 'key']);
  });

  it('ends each part once', async () => {
    const cleanUp = new CleanUp();
    let count = 0;
    cleanUp.add('client', async () => {
      count += 1;
    });
    await cleanUp.run();
    expect(await cleanUp.run()).toEqual([]);
    expect(count).toBe(1);
  });
});
