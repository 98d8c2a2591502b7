import { expect, test } from 'vitest';
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import { type DialogProfileId, dialogProfiles, isDialogProfileId } from './dialog-profiles.ts';
import { type DialogPrompt, dialogView } from './dialog-view.ts';

const site = 'contoso.test';
const everywhere: AuthenticatorChoice[] = [
  { id: 'key', kind: 'security-key', label: 'Key' },
  { id: 'phone', kind: 'phone', label: 'Phone' },
  { id: 'pc', kind: 'this-device', label: 'PC' },
];
const labels = (choices: readonly { label: string }[]) => choices.map(({ label }) => label);

/** One prompt of each kind in each of its variants. */
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

test.each(profiles)('%s: every prompt has its words, none with a gap left', (profile) => {
  for (const prompt of prompts) {
    const view = dialogView(profile, prompt, { site });
    const words = [
      view.title,
      view.text,
      view.problem ?? '',
      ...view.fields,
      ...labels(view.choices),
      ...labels(view.buttons),
    ];
    expect(view.title).not.toBe('');
    expect(view.buttons.length).toBeGreaterThan(0);
    expect(words.join('|')).not.toMatch(/[{}]|undefined/);
  }
});

test('Windows offers this device alone first, and the key behind "Use another device"', () => {
  const first = dialogView('windows-11', { kind: 'choose', detail: everywhere }, { site });
  expect(labels(first.choices)).toEqual(['This Windows device']);
  expect(first.link).toBe('Use another device');
  const expanded = dialogView('windows-11', { kind: 'choose', detail: everywhere }, { site, expanded: true });
  expect(labels(expanded.choices)).toEqual(['This Windows device', 'iPhone, iPad or Android device', 'Security key']);
  expect(expanded.link).toBeUndefined();
});

test('Linux has no authenticator of its own to prefer: the key comes first, all at once', () => {
  const { choices, link } = dialogView('linux-chromium', { kind: 'choose', detail: everywhere }, { site });
  expect(choices.map(({ selected }) => selected)).toEqual([true, false, false]);
  expect(choices[0]?.label).toBe('USB security key');
  expect(link).toBeUndefined();
});

test('a device that cannot store passkeys is not offered first', () => {
  const { choices, link } = dialogView('windows-11', { kind: 'choose', detail: everywhere.slice(0, 2) }, { site });
  expect(labels(choices)).toEqual(['iPhone, iPad or Android device', 'Security key']);
  expect(link).toBeUndefined();
});

test('a wrong PIN tells the tries that are left once they are few', () => {
  const enter = (retries: number) =>
    dialogView(
      'linux-chromium',
      { kind: 'pin', detail: { kind: 'enter', minCodePoints: 4, retries, problem: 'wrong' } },
      { site },
    );
  expect(enter(7).problem).toBe('Incorrect PIN');
  expect(enter(3).problem).toBe('Incorrect PIN. You have 3 attempts remaining.');
});

test('a PIN to be set asks twice and names the minimum', () => {
  const detail = { kind: 'set', minCodePoints: 6, problem: 'too-short' } as const;
  const view = dialogView('linux-chromium', { kind: 'pin', detail }, { site });
  expect(view.fields).toEqual(['PIN', 'Confirm PIN']);
  expect(view.problem).toBe('PIN must be at least 6 characters');
});

test('a key with a fingerprint sensor asks for a finger', () => {
  const detail = { why: 'register', rpId: site, verification: true } as const;
  expect(dialogView('windows-11', { kind: 'presence', detail }, { site })).toMatchObject({
    picture: 'fingerprint',
    text: 'Scan your finger on the security key.',
  });
});

test('the review says what the site will learn, only if it asked', () => {
  const review = (attestation: boolean) =>
    dialogView(
      'windows-11',
      { kind: 'review', detail: { rpId: site, userName: 'ada', authenticator: 'Desk key', attestation } },
      { site },
    ).text;
  expect(review(true)).toContain('make and model');
  expect(review(false)).not.toContain('make and model');
});

test('profile names are told from others', () => {
  expect(isDialogProfileId('windows-11')).toBe(true);
  expect(isDialogProfileId('toString')).toBe(false);
});
