/**
 * The words that the probe of `touchstone init` recognises the controls of the registration flow by, in English. A control that has
 * one of the words of `neverPressed` is never pressed.
 */
import type { PageElement } from '#browser/page-content.ts';
import type { SiteWord } from '../language/site-words.ts';

interface FlowControl {
  word: SiteWord;
  roles: ReadonlySet<string>;
  name: RegExp;
}

const pressable = new Set(['button', 'link', 'menuitem', 'tab']);
const choices = new Set(['radio', 'option', 'menuitemradio']);

/** In the order of the search: controls that are closer to create() in the flow come first. */
export const flowControls: readonly FlowControl[] = [
  {
    word: 'choose-method.passkey',
    roles: pressable,
    name: /\b(?:add|create|register|set ?up|new|enroll?)\b.*\b(?:passkeys?|security keys?|fido2?|webauthn)\b/i,
  },
  { word: 'choose-method.passkey', roles: choices, name: /\b(?:passkey|security key)\b/i },
  {
    word: 'add-sign-in-method',
    roles: pressable,
    name: /\b(?:add|new|set ?up)\b.*\b(?:methods?|authenticators?|credentials?|devices?|two-factor|2fa|mfa)\b/i,
  },
  {
    word: 'open-security-info',
    roles: pressable,
    name: /\b(?:passkeys?|security(?: info| settings| keys?)?|sign-in methods|account|settings|profile)\b/i,
  },
];

/** Leads from an introduction or a choice to the next page. */
export const goOn = /^(?:add|next|continue|start|get started|ok|set ?up|create)\b/i;
export const verifyCode = /^(?:next|verify|continue|submit|confirm|sign in|log in)\b/i;
export const submitName = /^(?:save|done|finish|next|continue|ok|add|submit)\b/i;
export const signIn = /^(?:sign ?-?in|log ?-?in|continue|next|submit)$/i;
export const signOut = /^(?:sign|log) ?-?(?:out|off)$/i;
export const signInWithPasskey =
  /\b(?:sign|log) ?-?in\b.*\b(?:passkey|security key)\b|\b(?:use|continue with) (?:an? |your )?(?:passkey|security key)\b|\b(?:passkey|security key) (?:sign|log) ?-?in\b/i;

export const passwordField = /pass ?(?:word|phrase)/i;
export const codeField = /\bcode\b|one-time|\botp\b/i;
export const nameField = /name|label|description|nickname/i;

const neverPressed =
  /\b(?:delete|remove|revoke|disable|deactivate|rename|edit|cancel|buy|pay|order|subscribe|unsubscribe|close account)\b/i;

/** Returns true for a control that is enabled and that changes or deletes nothing. */
export const mayPress = ({ name, disabled }: PageElement): boolean =>
  !disabled && !neverPressed.test(name) && !signInWithPasskey.test(name) && !signOut.test(name);
