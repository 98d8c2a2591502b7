import { describe, expect, it } from 'vitest';
import type { SiteWord } from '../language/site-words.ts';
import type { RecordedCeremony } from './recording.ts';
import { scenarioText } from './scenario-text.ts';

const ceremony = (method: RecordedCeremony['method'], error = 'none'): RecordedCeremony => ({
  method,
  path: '/account',
  startedAtMs: 0,
  options: { rp: { id: 'localhost' } },
  savedTo: 'security-key',
  typedPin: true,
  error,
});

function write(ceremonies: RecordedCeremony[], words: SiteWord[]): string {
  const answer = (path: string, status: number) => ({ method: 'POST', path, status });
  const requests = { result: answer('/passkeys', 201), 'sign-in-result': answer('/session', 200) };
  const steps = words.map((word) => ({ word, step: 'reload' as const, isTried: true }));
  const probe = { steps, securityPath: '/account', signInPath: '/', showsName: false, stoppedBecause: undefined };
  const recording = { url: 'http://localhost:1', pages: [], ceremonies, requests };
  return scenarioText({ id: 'shop', site: 'shop.yaml', pin: '1234', recording, probe });
}

describe('scenarioText', () => {
  it('signs in with the passkey, and expects that the site accepts it', () => {
    const text = write([ceremony('create'), ceremony('get')], ['sign-out', 'sign-in-with-passkey']);
    expect(text).toContain('  - touch\n  - sign-out\n  - sign-in-with-passkey\n  - enter-pin: "1234"\n  - touch\n');
    expect(text).toContain('requests: { result: { status: 201 }, sign-in-result: { status: 200 } }');
  });

  it.each([
    ['failed', ceremony('get', 'NotAllowedError'), ['sign-out', 'sign-in-with-passkey']],
    ['is not known how to repeat', ceremony('get'), ['sign-out']],
  ] as [string, RecordedCeremony, SiteWord[]][])('leaves out a sign-in that %s', (_, get, words) => {
    const text = write([ceremony('create'), get], words);
    expect(text).not.toContain('sign-in-with-passkey');
    expect(text).toContain('requests: { result: { status: 201 } }');
  });
});
