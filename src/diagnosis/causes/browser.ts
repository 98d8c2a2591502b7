/** Causes in the browser and the operating system. */
import { causesOf, when } from '../cause.ts';

const matrix = 'Microsoft Entra: passkey (FIDO2) compatibility';
/** First versions whose WebAuthn works with security keys and a PIN. */
const firstVersions: Partial<Record<string, number>> = { chrome: 76, edge: 79, firefox: 66, safari: 14 };
const firstSystems: Partial<Record<string, number>> = { windows: 10, macos: 11.1, ios: 14.3 };
/** Windows 10 version 1903. */
const firstWindowsBuild = 18_362;

export const browserCauses = causesOf('browser', [
  {
    id: 'browser-without-webauthn',
    title: 'The browser does not support WebAuthn.',
    advice: 'Use a current version of Chrome, Edge, Firefox or Safari.',
    source: matrix,
    predictions: [when(['browser.name'], (name) => name === 'internet-explorer')],
  },
  {
    id: 'browser-too-old',
    title: 'The browser is older than the first version that registers passkeys.',
    advice: 'Update the browser: Chrome 76, Edge 79, Firefox 66 and Safari 14 are the first ones.',
    source: matrix,
    predictions: [when(['browser.name', 'browser.version'], (name, version) => version < (firstVersions[name] ?? 0))],
  },
  {
    id: 'system-too-old',
    title: 'The operating system is older than the first version that registers passkeys.',
    advice: 'Update it: Windows 10 version 1903 (build 18362), macOS 11.1 and iOS 14.3 are the first ones.',
    source: matrix,
    predictions: [
      when(['system.name', 'system.version'], (name, version) => version < (firstSystems[name] ?? 0)),
      when(['system.name', 'system.build'], (name, build) => name === 'windows' && build < firstWindowsBuild),
    ],
  },
  {
    id: 'firefox-on-android',
    title: 'Firefox on Android cannot register passkeys at this organisation.',
    advice: 'Use Chrome or Edge on Android.',
    source: matrix,
    predictions: [
      when(['browser.name', 'system.name'], (browser, system) => browser === 'firefox' && system === 'android'),
    ],
  },
]);
