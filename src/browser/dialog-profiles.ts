/**
 * The security dialogs that can be shown, as data: texts, order of the choices, the way to a security key, and appearance.
 * The appearance imitates colours and proportions of the system and uses none of its trademarks.
 */
import { type ClientPolicy, defaultPolicy } from '#client/context.ts';
import type { AuthenticatorChoice } from '#client/user-interaction.ts';
import { androidTexts } from './dialog-texts/android.ts';
import { appleTexts } from './dialog-texts/apple.ts';
import { chromiumTexts } from './dialog-texts/chromium.ts';
import { firefoxTexts } from './dialog-texts/firefox.ts';
import { windowsTexts } from './dialog-texts/windows.ts';
import type { DialogTexts } from './dialog-texts.ts';

export interface DialogLook {
  /** Position in the window. */
  position: 'centre' | 'top' | 'top-left' | 'bottom';
  /** Layout of the buttons: side by side over the whole width, at the right, or one below the other. */
  buttons: 'spread' | 'right' | 'stacked';
  widthPx: number;
  radiusPx: number;
  buttonRadiusPx: number;
  font: string;
  surface: string;
  /** Background of the button row. */
  footer: string;
  text: string;
  muted: string;
  border: string;
  accent: string;
  onAccent: string;
  problem: string;
  /** Opacity of the black layer between page and dialog, 0 to 1. */
  dim: number;
}

export interface DialogProfile {
  label: string;
  /** Title bar of the dialog's window; undefined if it has none. */
  caption?: string;
  texts: DialogTexts;
  /** Order of the choices; the first one that exists is preselected. */
  kindOrder: readonly AuthenticatorChoice['kind'][];
  /** Label of the link from "this device" to the other choices; undefined if the dialog offers all choices at once. */
  otherDevicesLink?: string;
  /** How the client behind the dialog limits the timeout of the page: WebAuthn L3 section 5.1.3 step 4. */
  timeout: ClientPolicy['timeout'];
  look: DialogLook;
}

/** WebAuthn L3 section 15.1 recommends this range. */
const recommendedTimeout = defaultPolicy.timeout;
/** Chromium raises shorter timeouts to three minutes before it proxies a request (measured); the rest is from its source code. */
const chromiumTimeout = { minMs: 180_000, maxMs: 600_000, defaultMs: 600_000 } as const;

const thisDeviceFirst = ['this-device', 'phone', 'security-key'] as const;
const keyFirst = ['security-key', 'phone', 'this-device'] as const;

const segoe = '"Segoe UI Variable", "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';
const sanFrancisco = '-apple-system, "SF Pro Text", "Helvetica Neue", "Liberation Sans", sans-serif';
const roboto = 'Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

const windows11Look: DialogLook = {
  position: 'centre',
  buttons: 'spread',
  widthPx: 456,
  radiusPx: 8,
  buttonRadiusPx: 4,
  font: segoe,
  surface: '#ffffff',
  footer: '#f3f3f3',
  text: '#1a1a1a',
  muted: '#5d5d5d',
  border: '#e5e5e5',
  accent: '#005fb8',
  onAccent: '#ffffff',
  problem: '#c42b1c',
  dim: 0.3,
};

const macLook: DialogLook = {
  position: 'centre',
  buttons: 'right',
  widthPx: 420,
  radiusPx: 14,
  buttonRadiusPx: 7,
  font: sanFrancisco,
  surface: '#f5f5f7',
  footer: '#f5f5f7',
  text: '#1d1d1f',
  muted: '#6e6e73',
  border: '#d2d2d7',
  accent: '#0a66d6',
  onAccent: '#ffffff',
  problem: '#d70015',
  dim: 0.25,
};

const chromiumLook: DialogLook = {
  position: 'top',
  buttons: 'right',
  widthPx: 448,
  radiusPx: 12,
  buttonRadiusPx: 18,
  font: roboto,
  surface: '#ffffff',
  footer: '#ffffff',
  text: '#1f1f1f',
  muted: '#5f6368',
  border: '#dadce0',
  accent: '#0b57d0',
  onAccent: '#ffffff',
  problem: '#b3261e',
  dim: 0.2,
};

export const dialogProfiles = {
  'windows-11': {
    label: 'Windows 11',
    caption: 'Windows Security',
    texts: windowsTexts,
    kindOrder: thisDeviceFirst,
    otherDevicesLink: 'Use another device',
    timeout: recommendedTimeout,
    look: windows11Look,
  },
  'windows-10': {
    label: 'Windows 10',
    caption: 'Windows Security',
    texts: windowsTexts,
    kindOrder: thisDeviceFirst,
    otherDevicesLink: 'More choices',
    timeout: recommendedTimeout,
    look: { ...windows11Look, radiusPx: 0, buttonRadiusPx: 0, footer: '#ffffff', accent: '#0067c0', border: '#cccccc' },
  },
  'macos-safari': {
    label: 'Safari on macOS',
    texts: appleTexts,
    kindOrder: thisDeviceFirst,
    otherDevicesLink: 'Other Options',
    timeout: recommendedTimeout,
    look: macLook,
  },
  'macos-chrome': {
    label: 'Chrome on macOS',
    texts: chromiumTexts,
    kindOrder: thisDeviceFirst,
    otherDevicesLink: 'Use another device',
    timeout: chromiumTimeout,
    look: { ...chromiumLook, font: sanFrancisco },
  },
  'ios-safari': {
    label: 'Safari on iOS',
    texts: appleTexts,
    kindOrder: thisDeviceFirst,
    otherDevicesLink: 'More options',
    timeout: recommendedTimeout,
    look: {
      ...macLook,
      position: 'bottom',
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
    texts: androidTexts,
    kindOrder: thisDeviceFirst,
    otherDevicesLink: 'More options',
    timeout: recommendedTimeout,
    look: {
      ...chromiumLook,
      position: 'bottom',
      radiusPx: 28,
      buttonRadiusPx: 20,
      surface: '#f8f9fd',
      footer: '#f8f9fd',
      dim: 0.4,
    },
  },
  'linux-chromium': {
    label: 'Chromium on Linux',
    texts: chromiumTexts,
    kindOrder: keyFirst,
    timeout: chromiumTimeout,
    look: chromiumLook,
  },
  'linux-firefox': {
    label: 'Firefox on Linux',
    texts: firefoxTexts,
    kindOrder: keyFirst,
    timeout: recommendedTimeout,
    look: {
      ...chromiumLook,
      position: 'top-left',
      widthPx: 400,
      radiusPx: 8,
      buttonRadiusPx: 4,
      text: '#15141a',
      muted: '#5b5b66',
      border: '#cfcfd8',
      accent: '#0061e0',
      problem: '#c50042',
      dim: 0,
    },
  },
} as const satisfies Record<string, DialogProfile>;

export type DialogProfileId = keyof typeof dialogProfiles;

export const isDialogProfileId = (id: string): id is DialogProfileId => Object.hasOwn(dialogProfiles, id);
