/** Browsers that register with their own WebAuthn and their own dialog: how each is started, seen and answered. */
import type { Browser } from 'playwright';
import type { DialogTraits } from './accessible-dialog.ts';
import { chromiumPrompt } from './chromium-prompts.ts';
import { firefoxPrompt } from './firefox-prompts.ts';
import { launchNativeChromium } from './launch-chromium.ts';
import { launchNativeFirefox } from './launch-firefox.ts';
import type { ReadPrompt } from './native-prompt.ts';

export type NativeChannel = 'chromium' | 'firefox';

export interface NativeBrowser {
  launch(): Promise<Browser>;
  manners: DialogTraits;
  prompt: ReadPrompt;
}

export const nativeBrowsers: Record<NativeChannel, NativeBrowser> = {
  chromium: {
    launch: launchNativeChromium,
    manners: { application: 'Chromium', dismissedBy: { key: 'Escape' } },
    prompt: chromiumPrompt,
  },
  firefox: {
    launch: launchNativeFirefox,
    // Its popups take the keyboard only after a click into them.
    manners: { application: 'Firefox', dismissedBy: { button: 'Cancel' } },
    prompt: firefoxPrompt,
  },
};
