/** The browsers that can be tested with their own WebAuthn and their own dialog: how to start them and use their dialogs. */
import type { Browser } from 'playwright';
import type { DialogTraits } from './accessible-dialog.ts';
import { chromiumPrompt } from './chromium-prompts.ts';
import { firefoxPrompt } from './firefox-prompts.ts';
import { findNativeChromium, launchNativeChromium } from './launch-chromium.ts';
import { findNativeFirefox, launchNativeFirefox } from './launch-firefox.ts';
import type { ReadPrompt } from './native-prompt.ts';

export type NativeChannel = 'chromium' | 'firefox';

export interface NativeBrowser {
  /** Returns the path of the installed browser. @throws {UsageError} if there is none. */
  findExecutable(): string;
  /** Starts `executable`: the installed browser, or a script that starts it. */
  launch(executable: string): Promise<Browser>;
  dialogTraits: DialogTraits;
  readPrompt: ReadPrompt;
}

export const nativeBrowsers: Record<NativeChannel, NativeBrowser> = {
  chromium: {
    findExecutable: findNativeChromium,
    launch: launchNativeChromium,
    dialogTraits: { application: 'Chromium', dismissedBy: { key: 'Escape' } },
    readPrompt: chromiumPrompt,
  },
  firefox: {
    findExecutable: findNativeFirefox,
    launch: launchNativeFirefox,
    // Firefox's popups accept the keyboard only after a click into them, so Escape does not work.
    dialogTraits: { application: 'Firefox', dismissedBy: { button: 'Cancel' } },
    readPrompt: firefoxPrompt,
  },
};
