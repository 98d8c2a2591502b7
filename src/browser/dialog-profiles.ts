/**
 * Which security dialog the person sees, as data: its words, what it offers first, how a security key is reached, and how it looks.
 * The looks are renditions of our own: colours and proportions of the system, none of its marks.
 */
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import type { DialogTexts } from './dialog-texts.ts';
import { androidTexts } from './dialog-texts/android.ts';
import { appleTexts } from './dialog-texts/apple.ts';
import { chromiumTexts } from './dialog-texts/chromium.ts';
import { firefoxTexts } from './dialog-texts/firefox.ts';
import { windowsTexts } from './dialog-texts/windows.ts';

export interface DialogLook {
  /** Where it sits in the window. */
  place: 'centre' | 'top' | 'top-left' | 'bottom';
  /** Buttons: side by side over the whole width, at the right, or one below the other. */
  buttons: 'spread' | 'right' | 'stacked';
  widthPx: number;
  radiusPx: number;
  buttonRadiusPx: number;
  font: string;
  surface: string;
  /** Background of the button row, where it differs. */
  footer: string;
  text: string;
  muted: string;
  line: string;
  accent: string;
  onAccent: string;
  problem: string;
  /** Darkness of the page behind it, 0 to 1. */
  dim: number;
}

export interface DialogProfile {
  label: string;
  /** Title bar of the dialog's window; absent where it has none. */
  caption?: string;
  wording: DialogTexts;
  /** Places in the order in which they are offered; the first one present is preselected. */
  offers: readonly AuthenticatorChoice['kind'][];
  /** Link that leads from "this device" to the other places; absent where all are offered at once. */
  anotherDevice?: string;
  look: DialogLook;
}

const thisDeviceFirst = ['this-device', 'phone', 'security-key'] as const;
const keyFirst = ['security-key', 'phone', 'this-device'] as const;

const segoe = '"Segoe UI Variable", "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';
const sanFrancisco = '-apple-system, "SF Pro Text", "Helvetica Neue", "Liberation Sans", sans-serif';
const roboto = 'Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

const windows11Look: DialogLook = {
  place: 'centre',
  buttons: 'spread',
  widthPx: 456,
  radiusPx: 8,
  buttonRadiusPx: 4,
  font: segoe,
  surface: '#ffffff',
  footer: '#f3f3f3',
  text: '#1a1a1a',
  muted: '#5d5d5d',
  line: '#e5e5e5',
  accent: '#005fb8',
  onAccent: '#ffffff',
  problem: '#c42b1c',
  dim: 0.3,
};

const macLook: DialogLook = {
  place: 'centre',
  buttons: 'right',
  widthPx: 420,
  radiusPx: 14,
  buttonRadiusPx: 7,
  font: sanFrancisco,
  surface: '#f5f5f7',
  footer: '#f5f5f7',
  text: '#1d1d1f',
  muted: '#6e6e73',
  line: '#d2d2d7',
  accent: '#0a66d6',
  onAccent: '#ffffff',
  problem: '#d70015',
  dim: 0.25,
};

const chromiumLook: DialogLook = {
  place: 'top',
  buttons: 'right',
  widthPx: 448,
  radiusPx: 12,
  buttonRadiusPx: 18,
  font: roboto,
  surface: '#ffffff',
  footer: '#ffffff',
  text: '#1f1f1f',
  muted: '#5f6368',
  line: '#dadce0',
  accent: '#0b57d0',
  onAccent: '#ffffff',
  problem: '#b3261e',
  dim: 0.2,
};

export const dialogProfiles = {
  'windows-11': {
    label: 'Windows 11',
    caption: 'Windows Security',
    wording: windowsTexts,
    offers: thisDeviceFirst,
    anotherDevice: 'Use another device',
    look: windows11Look,
  },
  'windows-10': {
    label: 'Windows 10',
    caption: 'Windows Security',
    wording: windowsTexts,
    offers: thisDeviceFirst,
    anotherDevice: 'More choices',
    look: { ...windows11Look, radiusPx: 0, buttonRadiusPx: 0, footer: '#ffffff', accent: '#0067c0', line: '#cccccc' },
  },
  'macos-safari': {
    label: 'Safari on macOS',
    wording: appleTexts,
    offers: thisDeviceFirst,
    anotherDevice: 'Other Options',
    look: macLook,
  },
  'macos-chrome': {
    label: 'Chrome on macOS',
    wording: chromiumTexts,
    offers: thisDeviceFirst,
    anotherDevice: 'Use another device',
    look: { ...chromiumLook, font: sanFrancisco },
  },
  'ios-safari': {
    label: 'Safari on iOS',
    wording: appleTexts,
    offers: thisDeviceFirst,
    anotherDevice: 'More options',
    look: {
      ...macLook,
      place: 'bottom',
      buttons: 'stacked',
      widthPx: 430,
      radiusPx: 22,
      buttonRadiusPx: 12,
      surface: '#ffffff',
      footer: '#ffffff',
    },
  },
  'android-chrome': {
    label: 'Chrome on Android',
    wording: androidTexts,
    offers: thisDeviceFirst,
    anotherDevice: 'More options',
    look: {
      ...chromiumLook,
      place: 'bottom',
      radiusPx: 28,
      buttonRadiusPx: 20,
      surface: '#f8f9fd',
      footer: '#f8f9fd',
      dim: 0.4,
    },
  },
  'linux-chromium': {
    label: 'Chromium on Linux',
    wording: chromiumTexts,
    offers: keyFirst,
    look: chromiumLook,
  },
  'linux-firefox': {
    label: 'Firefox on Linux',
    wording: firefoxTexts,
    offers: keyFirst,
    look: {
      ...chromiumLook,
      place: 'top-left',
      widthPx: 400,
      radiusPx: 8,
      buttonRadiusPx: 4,
      text: '#15141a',
      muted: '#5b5b66',
      line: '#cfcfd8',
      accent: '#0061e0',
      problem: '#c50042',
      dim: 0,
    },
  },
} as const satisfies Record<string, DialogProfile>;

export type DialogProfileId = keyof typeof dialogProfiles;

export const isDialogProfileId = (id: string): id is DialogProfileId => Object.hasOwn(dialogProfiles, id);
