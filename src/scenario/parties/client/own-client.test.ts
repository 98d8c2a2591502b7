import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { dialogProfiles } from '#browser/dialog-profiles.ts';
import type { WebAuthn } from '#browser/playwright-fixtures.ts';
import type { WebAuthnHandler } from '#browser/webauthn-handler.ts';
import { fixedAuthenticators } from '#client/context.ts';
import type { ExpandedCase } from '../../language/expanded-case.ts';
import { CaseRecorder } from '../case-recorder.ts';
import { Ceremonies } from '../ceremonies.ts';
import { SecurityDialog } from '../security-dialog.ts';
import type { ClientParts } from './case-client.ts';
import { ownClient } from './own-client.ts';

const minute = 60_000;

/** Starts create() behind this dialog, without a key. Returns how it has ended, if it has. */
async function startCreation(dialogId: string | undefined, timeout: number | undefined) {
  const handlers: WebAuthnHandler[] = [];
  const webauthn = { handle: async (used: WebAuthnHandler) => void handlers.push(used), problems: [] };
  const clock = new AdjustableClock();
  const parts = {
    scenario: { browser: dialogId === undefined ? {} : { dialog: dialogId }, client: {} } as ExpandedCase,
    authenticators: { source: fixedAuthenticators(), all: [] },
    ceremonies: new Ceremonies({ onBegin: () => undefined, onEnd: () => undefined }),
    dialog: new SecurityDialog({ hasReviewStep: false }),
    clock,
    recorder: new CaseRecorder(),
    random: systemRandom,
  } as unknown as ClientParts;
  await ownClient(webauthn as unknown as WebAuthn, { headed: false }).start(parts);
  const publicKey = {
    rp: { id: 'localhost', name: 'Contoso' },
    user: { id: 'AQIDBA', name: 'adele', displayName: 'Adele' },
    challenge: 'AAECAwQFBgcICQoLDA0ODw',
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    ...(timeout !== undefined && { timeout }),
  };
  let error: string | undefined;
  const request = { publicKey, origin: 'http://localhost:1' } as unknown as Parameters<WebAuthnHandler['create']>[0];
  void handlers[0]?.create(request, new AbortController().signal).catch((reason: Error) => {
    error = reason.name;
  });
  const passed = async (ms: number) => {
    for (let tick = 0; tick < 3; tick++) await nextTick();
    clock.advance(ms);
    for (let tick = 0; tick < 3; tick++) await nextTick();
    return error;
  };
  return passed;
}

describe('the timeout of the site behind a dialog', () => {
  it.each([
    ['linux-chromium', 1 * minute, 3 * minute],
    ['macos-chrome', 1 * minute, 3 * minute],
    ['linux-chromium', 4 * minute, 4 * minute],
    ['linux-chromium', undefined, 10 * minute],
    ['linux-chromium', 60 * minute, 10 * minute],
    ['windows-11', 1 * minute, 5 * minute],
    [undefined, 1 * minute, 5 * minute],
    ['macos-safari', undefined, 5 * minute],
    ['linux-firefox', 60 * minute, 10 * minute],
  ])('of %s for a requested timeout of %s ms is %s ms', async (dialog, requested, actual) => {
    const passed = await startCreation(dialog, requested);
    expect(await passed(actual - 1_000)).toBeUndefined();
    expect(await passed(1_000)).toBe('NotAllowedError');
  });

  it('is within its range by default', () => {
    for (const { timeout } of Object.values(dialogProfiles)) {
      expect(timeout.defaultMs).toBeGreaterThanOrEqual(timeout.minMs);
      expect(timeout.defaultMs).toBeLessThanOrEqual(timeout.maxMs);
    }
  });
});
