/** Turns a prompt of the client into what a security dialog shows. Pure: depends on the profile and the prompt only. */
import type {
  AccountChoice,
  AuthenticatorChoice,
  EndReason,
  PinPrompt,
  PresencePrompt,
  ReviewPrompt,
} from '#client/user-interaction.ts';
import { type DialogProfile, type DialogProfileId, dialogProfiles } from './dialog-profiles.ts';
import type { DialogText } from './dialog-texts.ts';

/** A prompt of `UserInteraction` with its details, or the message at the end of a ceremony. */
export type DialogPrompt =
  | { kind: 'choose'; detail: readonly AuthenticatorChoice[] }
  | { kind: 'connect'; detail?: undefined }
  | { kind: 'pin'; detail: PinPrompt }
  | { kind: 'presence'; detail: PresencePrompt }
  | { kind: 'review'; detail: ReviewPrompt }
  | { kind: 'account'; detail: readonly AccountChoice[] }
  | { kind: 'ended'; detail: EndReason };

export interface DialogContext {
  /** The name of the relying party in the dialog: its RP ID or host. */
  site: string;
  /** Whether the user has opened the list of other devices ("Use another device"). */
  expanded?: boolean;
}

export type DialogIcon = 'key' | 'touch' | 'fingerprint' | 'pin' | 'device' | 'phone' | 'user' | 'stop';

export interface DialogView {
  profile: DialogProfileId;
  kind: DialogPrompt['kind'];
  caption?: string;
  icon: DialogIcon;
  title: string;
  text: string;
  /** Labels of the PIN inputs. The drawing never contains the PIN. */
  fields: string[];
  choices: { label: string; icon: DialogIcon; selected: boolean }[];
  /** Label of the link to the other devices. */
  link?: string;
  buttons: { label: string; primary: boolean }[];
  /** What was wrong with the previous answer. */
  problem?: string;
}

type ViewParts = Pick<DialogView, 'icon' | 'title' | 'text'> & Partial<DialogView>;

/** Returns what the dialog `profile` shows for `prompt`. */
export function createDialogView(profile: DialogProfileId, prompt: DialogPrompt, context: DialogContext): DialogView {
  const data: DialogProfile = dialogProfiles[profile];
  const { cancel } = data.texts.buttons;
  return {
    profile,
    kind: prompt.kind,
    ...(data.caption === undefined ? {} : { caption: data.caption }),
    fields: [],
    choices: [],
    buttons: [{ label: cancel, primary: false }],
    ...promptParts(data, prompt, context),
  };
}

function promptParts(
  profile: DialogProfile,
  prompt: DialogPrompt,
  { site, expanded = false }: DialogContext,
): ViewParts {
  const { texts } = profile;
  const fillIn = ({ title, text }: DialogText, values: Record<string, string> = {}) => ({
    title: replacePlaceholders(title, { site, ...values }),
    text: replacePlaceholders(text, { site, ...values }),
  });
  switch (prompt.kind) {
    case 'choose':
      return { icon: 'key', ...fillIn(texts.choose), ...choiceParts(profile, prompt.detail, expanded) };
    case 'connect':
      return { icon: 'key', ...fillIn(texts.connect) };
    case 'pin':
      return { icon: 'pin', ...fillIn(texts.pin[prompt.detail.kind]), ...pinParts(profile, prompt.detail) };
    case 'presence':
      return { ...fillIn(texts.presence[prompt.detail.why]), ...presenceParts(profile, prompt.detail) };
    case 'review':
      return {
        icon: 'key',
        ...reviewParts(profile, prompt.detail, fillIn),
        buttons: confirmButtons(profile, texts.buttons.ok),
      };
    case 'account':
      return { icon: 'user', ...fillIn(texts.account), ...accountParts(profile, prompt.detail) };
    case 'ended':
      return {
        icon: 'stop',
        ...fillIn(texts.ended[prompt.detail]),
        buttons: [{ label: texts.buttons.close, primary: true }],
      };
  }
}

const replacePlaceholders = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);

/** Joins sentences. Several get a full stop each, also those that have none when shown alone. */
const joinSentences = ([first = '', ...others]: readonly string[]): string =>
  others.length === 0 ? first : [first, ...others].map((text) => text.replace(/[^.]$/, '$&.')).join(' ');

const confirmButtons = ({ texts }: DialogProfile, label: string): DialogView['buttons'] => [
  { label, primary: true },
  { label: texts.buttons.cancel, primary: false },
];

const kindIcons = { 'this-device': 'device', 'security-key': 'key', phone: 'phone' } as const satisfies Record<
  AuthenticatorChoice['kind'],
  DialogIcon
>;

/** Offers "this device" alone with a link to the others if the system does so; otherwise all choices in the profile's order. */
function choiceParts(
  profile: DialogProfile,
  offered: readonly AuthenticatorChoice[],
  expanded: boolean,
): Partial<DialogView> {
  const { kindOrder, otherDevicesLink, texts } = profile;
  const ordered = offered.toSorted((a, b) => kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind));
  const onlyThisDevice =
    ordered.length > 1 && ordered[0]?.kind === 'this-device' && otherDevicesLink !== undefined && !expanded;
  const choices = (onlyThisDevice ? ordered.slice(0, 1) : ordered).map(({ kind }, index) => ({
    label: texts.kinds[kind],
    icon: kindIcons[kind],
    selected: index === 0,
  }));
  return {
    choices,
    buttons: confirmButtons(profile, texts.buttons.next),
    ...(onlyThisDevice ? { link: otherDevicesLink } : {}),
  };
}

/** The retries are shown when at most this many are left. */
const fewRetries = 3;

function pinParts(profile: DialogProfile, { kind, minCodePoints, retries, problem }: PinPrompt): Partial<DialogView> {
  const { texts } = profile;
  const values = { min: String(minCodePoints), retries: String(retries) };
  const problems = [
    problem && texts.pinProblems[problem],
    kind === 'enter' && retries !== undefined && retries <= fewRetries && texts.fewRetries,
  ].filter((sentence) => typeof sentence === 'string');
  return {
    fields: [...texts.pin[kind].fields],
    buttons: confirmButtons(profile, texts.buttons.next),
    ...(problems.length === 0 ? {} : { problem: replacePlaceholders(joinSentences(problems), values) }),
  };
}

const presenceParts = ({ texts }: DialogProfile, { verification }: PresencePrompt) =>
  verification ? { icon: 'fingerprint' as const, text: texts.fingerprint } : { icon: 'touch' as const };

function reviewParts(
  { texts }: DialogProfile,
  { userName, authenticator, attestation }: ReviewPrompt,
  fillIn: (text: DialogText, values: Record<string, string>) => DialogText,
): DialogText {
  const text = joinSentences([texts.review.text, ...(attestation ? [texts.attestation] : [])]);
  return fillIn({ title: texts.review.title, text }, { user: userName, key: authenticator });
}

const accountParts = (profile: DialogProfile, offered: readonly AccountChoice[]): Partial<DialogView> => ({
  choices: offered.map(({ name }, index) => ({ label: name, icon: 'user', selected: index === 0 })),
  buttons: confirmButtons(profile, profile.texts.buttons.next),
});
