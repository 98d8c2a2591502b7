import { expect, test } from 'vitest';
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import { type DialogProfileId, dialogProfiles, isDialogProfileId } from './dialog-profiles.ts';
import { createDialogView, type DialogPrompt } from './dialog-view.ts';

const site = 'contoso.test';
const everywhere: AuthenticatorChoice[] = [
  { id: 'key', kind: 'security-key', label: 'Key' },
  { id: 'phone', kind: 'phone', label: 'Phone' },
  { id: 'pc', kind: 'this-device', label: 'PC' },
];
const labels = (choices: readonly { label: string }[]) => choices.map(({ label }) => label);

/** Prompts of every kind and variant. */
const prompts: DialogPrompt[] = [
  { kind: 'choose', detail: everywhere },
  { kind: 'connect' },
  ...(['set', 'change', 'enter'] as const).map((kind) => ({
    kind: 'pin' as const,
    detail: { kind, minCodePoints: 6, retries: 8 },
  })),
  ...(['wrong', 'too-short', 'too-long', 'refused-by-policy'] as const).map((problem) => ({
    kind: 'pin' as const,
    detail: { kind: 'enter' as const, minCodePoints: 6, retries: 2, problem },
  })),
  ...(['register', 'sign-in', 'select-device', 'already-registered', 'verify'] as const).map((why) => ({
    kind: 'presence' as const,
    detail: { why, rpId: site, verification: false },
  })),
  { kind: 'review', detail: { rpId: site, userName: 'ada', authenticator: 'Desk key', attestation: true } },
  { kind: 'account', detail: [{ credentialId: new Uint8Array([1]), name: 'ada', displayName: 'Ada' }] },
  { kind: 'ended', detail: 'already-registered' },
];

const profiles = Object.keys(dialogProfiles) as DialogProfileId[];

test.each(profiles)('%s: every prompt has a title, buttons and no unfilled placeholder', (profile) => {
  for (const prompt of prompts) {
    const view = createDialogView(profile, prompt, { site });
    const texts = [
      view.title,
      view.text,
      view.problem ?? '',
      ...view.fields,
      ...labels(view.choices),
      ...labels(view.buttons),
    ];
    expect(view.title).not.toBe('');
    expect(view.buttons.length).toBeGreaterThan(0);
    expect(texts.join('|')).not.toMatch(/[{}]|undefined/);
  }
});

test('Windows offers only this device first, and a security key after "Use another device"', () => {
  const first = createDialogView('windows-11', { kind: 'choose', detail: everywhere }, { site });
  expect(labels(first.choices)).toEqual(['This Windows device']);
  expect(first.link).toBe('Use another device');
  const expanded = createDialogView('windows-11', { kind: 'choose', detail: everywhere }, { site, expanded: true });
  expect(labels(expanded.choices)).toEqual(['This Windows device', 'iPhone, iPad or Android device', 'Security key']);
  expect(expanded.link).toBeUndefined();
});

test('Linux offers all choices at once, with the security key first', () => {
  const { choices, link } = createDialogView('linux-chromium', { kind: 'choose', detail: everywhere }, { site });
  expect(choices.map(({ selected }) => selected)).toEqual([true, false, false]);
  expect(choices[0]?.label).toBe('USB security key');
  expect(link).toBeUndefined();
});

test('offers the other choices when this device is not among them', () => {
  const { choices, link } = createDialogView(
    'windows-11',
    { kind: 'choose', detail: everywhere.slice(0, 2) },
    { site },
  );
  expect(labels(choices)).toEqual(['iPhone, iPad or Android device', 'Security key']);
  expect(link).toBeUndefined();
});

test('shows the retries left with a wrong PIN when there are three or fewer', () => {
  const enter = (retries: number) =>
    createDialogView(
      'linux-chromium',
      { kind: 'pin', detail: { kind: 'enter', minCodePoints: 4, retries, problem: 'wrong' } },
      { site },
    );
  expect(enter(7).problem).toBe('Incorrect PIN');
  expect(enter(3).problem).toBe('Incorrect PIN. You have 3 attempts remaining.');
});

test('asks twice for a new PIN and shows the minimum length', () => {
  const detail = { kind: 'set', minCodePoints: 6, problem: 'too-short' } as const;
  const view = createDialogView('linux-chromium', { kind: 'pin', detail }, { site });
  expect(view.fields).toEqual(['PIN', 'Confirm PIN']);
  expect(view.problem).toBe('PIN must be at least 6 characters');
});

test('asks for a finger when the key verifies a fingerprint', () => {
  const detail = { why: 'register', rpId: site, verification: true } as const;
  expect(createDialogView('windows-11', { kind: 'presence', detail }, { site })).toMatchObject({
    icon: 'fingerprint',
    text: 'Scan your finger on the security key.',
  });
});

test('mentions make and model in the review only if the site asked for them', () => {
  const review = (attestation: boolean) =>
    createDialogView(
      'windows-11',
      { kind: 'review', detail: { rpId: site, userName: 'ada', authenticator: 'Desk key', attestation } },
      { site },
    ).text;
  expect(review(true)).toContain('make and model');
  expect(review(false)).not.toContain('make and model');
});

test('isDialogProfileId() accepts profile ids only', () => {
  expect(isDialogProfileId('windows-11')).toBe(true);
  expect(isDialogProfileId('toString')).toBe(false);
});
