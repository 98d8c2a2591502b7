import { describe, expect, it } from 'vitest';
import { stepArguments } from '../language/step-arguments.ts';
import { RelyingPartyLog } from '../parties/relying-party-log.ts';
import { createStepContext, neverAborted } from '../testing/step-context.ts';
import { describePage, type PageContext } from './page-state.ts';

function setUp(says: string, refusal?: string) {
  const log = new RelyingPartyLog();
  if (refusal !== undefined)
    log.add({ atMs: 0, party: 'relying-party', event: 'registration.refused', detail: { reason: refusal } });
  const { dialog } = createStepContext();
  const context = {
    dialog,
    organisation: { log, secrets: ['correct horse'] },
    site: { observe: async () => ({ says, title: '', url: '/security-info/passkey' }) },
  } as unknown as PageContext;
  return { dialog, context };
}

describe('describePage', () => {
  it.each(['name', 'done', 'mfa', 'see', 'click', 'wait-for', 'rename', 'choose-method', 'save-to'] as const)(
    'says for %s what the page shows, and the reason code of the refusal',
    async (keyword) => {
      expect(Object.hasOwn(stepArguments, keyword)).toBe(true);
      const { context } = setUp('We couldn’t set up\n  your passkey', 'attestation-untrusted');
      expect(await describePage(keyword, context)).toBe(
        'The page at /security-info/passkey says "We couldn’t set up your passkey". The relying party refused: attestation-untrusted (registration.refused)',
      );
    },
  );

  it('says only what is known', async () => {
    expect(await describePage('name', setUp('').context)).toBe('');
    expect(await describePage('name', setUp('Sign in').context)).toBe(
      'The page at /security-info/passkey says "Sign in"',
    );
    const { context } = setUp('');
    const broken = { ...context, site: { observe: () => Promise.reject(new Error('closed')) } };
    expect(await describePage('name', broken)).toBe('');
  });

  it('says nothing for a step at the open dialog', async () => {
    const { dialog, context } = setUp('Waiting for your key');
    void dialog.connectKey(neverAborted);
    expect(await describePage('enter-pin', context)).toBe('');
    expect(await describePage('name', context)).not.toBe('');
  });

  it('shortens long pages and masks secrets, also the key of an authenticator app', async () => {
    const { context } = setUp(`Password correct horse, key JBSW Y3DP EHPK 3PXP JBSW. ${'x'.repeat(1000)}`);
    const text = await describePage('name', context);
    expect(text).toMatch(/^The page at \/security-info\/passkey says "Password •••, key •••\. x+…"$/);
    expect(text.length).toBeLessThan(560);
  });
});
