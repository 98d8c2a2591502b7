import { describe, expect, it } from 'vitest';
import { stepArguments } from '../language/step-arguments.ts';
import { RelyingPartyLog } from '../parties/relying-party-log.ts';
import { createStepContext, neverAborted } from '../testing/step-context.ts';
import { describePage, describePageAfterStep, type StepPageContext } from './page-state.ts';

function setUp(says: string, refusal?: string, problems: string[] = []) {
  const log = new RelyingPartyLog();
  if (refusal !== undefined)
    log.add({ atMs: 0, party: 'relying-party', event: 'registration.refused', detail: { reason: refusal } });
  const { dialog } = createStepContext();
  const context = {
    dialog,
    organisation: { log, secrets: ['correct horse'] },
    ceremonies: { last: { error: 'none' }, isRunning: false },
    site: {
      observe: async () => ({ says, title: '', url: '/security-info/passkey' }),
      problems: { texts: problems },
    },
  } as unknown as StepPageContext;
  return { dialog, context };
}

describe('describePage', () => {
  it.each(['name', 'done', 'mfa', 'see', 'click', 'wait-for', 'rename', 'choose-method', 'save-to'] as const)(
    'reports for %s what the page shows, and the reason code of the refusal',
    async (keyword) => {
      expect(Object.hasOwn(stepArguments, keyword)).toBe(true);
      const { context } = setUp('We couldn’t set up\n  your passkey', 'attestation-untrusted');
      expect(await describePageAfterStep(keyword, context)).toBe(
        'The page at /security-info/passkey says "We couldn’t set up your passkey"\nThe relying party refused: attestation-untrusted (registration.refused)',
      );
    },
  );

  it('reports only what is known', async () => {
    expect(await describePage(setUp('').context)).toBe('');
    expect(await describePage(setUp('Sign in').context)).toBe('The page at /security-info/passkey says "Sign in"');
    const { context } = setUp('');
    const broken = { ...context, site: { ...context.site, observe: () => Promise.reject(new Error('closed')) } };
    expect(await describePage(broken)).toBe('');
  });

  it('reports what went wrong in the page, without secrets', async () => {
    const { context } = setUp('Sign in', undefined, ['A script failed: Error: no correct horse', 'POST /x failed: 7']);
    expect(await describePage(context)).toBe(
      'The page at /security-info/passkey says "Sign in"\nA script failed: Error: no •••\nPOST /x failed: 7',
    );
  });

  it('reports that no request of the page has come, for a step that waits for the dialog', async () => {
    const { context } = setUp('Sign in');
    const idle = { ...context, ceremonies: { ...context.ceremonies, last: undefined } } as StepPageContext;
    expect(await describePageAfterStep('save-to', idle)).toBe(
      'No create() or get() of the page has reached the client\nThe page at /security-info/passkey says "Sign in"',
    );
    expect(await describePageAfterStep('click', idle)).toBe('The page at /security-info/passkey says "Sign in"');
  });

  it('adds nothing for a step at the open dialog', async () => {
    const { dialog, context } = setUp('Waiting for your key');
    void dialog.connectKey(neverAborted);
    expect(await describePageAfterStep('enter-pin', context)).toBe('');
    expect(await describePageAfterStep('name', context)).not.toBe('');
  });

  it('shortens long pages and masks secrets, also the key of an authenticator app', async () => {
    const { context } = setUp(`Password correct horse, key JBSW Y3DP EHPK 3PXP JBSW. ${'x'.repeat(1000)}`);
    const text = await describePage(context);
    expect(text).toMatch(/^The page at \/security-info\/passkey says "Password •••, key •••\. x+…"$/);
    expect(text.length).toBeLessThan(560);
  });
});
