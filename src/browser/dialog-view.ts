/** What the security dialog shows for a question of the client: a pure function of the profile and the question. */
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

/** A question of `UserInteraction` with its details, or the message that ends a ceremony. */
export type DialogPrompt =
  | { kind: 'choose'; detail: readonly AuthenticatorChoice[] }
  | { kind: 'connect'; detail?: undefined }
  | { kind: 'pin'; detail: PinPrompt }
  | { kind: 'presence'; detail: PresencePrompt }
  | { kind: 'review'; detail: ReviewPrompt }
  | { kind: 'account'; detail: readonly AccountChoice[] }
  | { kind: 'ended'; detail: EndReason };

export interface DialogContext {
  /** The relying party as the dialog names it: its RP ID or host. */
  site: string;
  /** The person has already asked for the other places to save to ("Use another device"). */
  expanded?: boolean;
}

export type DialogPicture = 'key' | 'touch' | 'fingerprint' | 'pin' | 'device' | 'phone' | 'person' | 'stop';

export interface DialogView {
  profile: DialogProfileId;
  kind: DialogPrompt['kind'];
  caption?: string;
  picture: DialogPicture;
  title: string;
  text: string;
  /** Labels of the PIN inputs; what is typed never gets here. */
  fields: string[];
  choices: { label: string; picture: DialogPicture; selected: boolean }[];
  /** Leads to the other places to save to. */
  link?: string;
  buttons: { label: string; primary: boolean }[];
  /** What was wrong with the last answer. */
  problem?: string;
}

type ViewParts = Pick<DialogView, 'picture' | 'title' | 'text'> & Partial<DialogView>;

/** The view of `prompt` in the dialog `profile`. */
export function dialogView(profile: DialogProfileId, prompt: DialogPrompt, context: DialogContext): DialogView {
  const data: DialogProfile = dialogProfiles[profile];
  const { cancel } = data.wording.buttons;
  return {
    profile,
    kind: prompt.kind,
    ...(data.caption === undefined ? {} : { caption: data.caption }),
    fields: [],
    choices: [],
    buttons: [{ label: cancel, primary: false }],
    ...viewParts(data, prompt, context),
  };
}

function viewParts(profile: DialogProfile, prompt: DialogPrompt, { site, expanded = false }: DialogContext): ViewParts {
  const { wording } = profile;
  const filled = ({ title, text }: DialogText, values: Record<string, string> = {}) => ({
    title: fill(title, { site, ...values }),
    text: fill(text, { site, ...values }),
  });
  switch (prompt.kind) {
    case 'choose':
      return { picture: 'key', ...filled(wording.choose), ...places(profile, prompt.detail, expanded) };
    case 'connect':
      return { picture: 'key', ...filled(wording.connect) };
    case 'pin':
      return { picture: 'pin', ...filled(wording.pin[prompt.detail.kind]), ...pinParts(profile, prompt.detail) };
    case 'presence':
      return { ...filled(wording.presence[prompt.detail.why]), ...presenceParts(profile, prompt.detail) };
    case 'review':
      return {
        picture: 'key',
        ...reviewParts(profile, prompt.detail, filled),
        buttons: answering(profile, wording.buttons.ok),
      };
    case 'account':
      return { picture: 'person', ...filled(wording.account), ...accounts(profile, prompt.detail) };
    case 'ended':
      return {
        picture: 'stop',
        ...filled(wording.ended[prompt.detail]),
        buttons: [{ label: wording.buttons.close, primary: true }],
      };
  }
}

const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);

/** Several in a row end with a full stop each, also those that stand without one when alone. */
const sentences = (texts: readonly string[]): string =>
  texts.length === 1 ? texts[0]! : texts.map((text) => text.replace(/[^.]$/, '$&.')).join(' ');

const answering = ({ wording }: DialogProfile, label: string): DialogView['buttons'] => [
  { label, primary: true },
  { label: wording.buttons.cancel, primary: false },
];

const placePictures = { 'this-device': 'device', 'security-key': 'key', phone: 'phone' } as const satisfies Record<
  AuthenticatorChoice['kind'],
  DialogPicture
>;

/** "This device" comes alone, with a way to the others, where the system does that; otherwise every place in the profile's order. */
function places(
  profile: DialogProfile,
  offered: readonly AuthenticatorChoice[],
  expanded: boolean,
): Partial<DialogView> {
  const { offers, anotherDevice, wording } = profile;
  const ordered = offered.toSorted((a, b) => offers.indexOf(a.kind) - offers.indexOf(b.kind));
  const alone = ordered.length > 1 && ordered[0]?.kind === 'this-device' && anotherDevice !== undefined && !expanded;
  const choices = (alone ? ordered.slice(0, 1) : ordered).map(({ kind }, index) => ({
    label: wording.places[kind],
    picture: placePictures[kind],
    selected: index === 0,
  }));
  return { choices, buttons: answering(profile, wording.buttons.next), ...(alone ? { link: anotherDevice } : {}) };
}

const fewRetries = 3;

function pinParts(profile: DialogProfile, { kind, minCodePoints, retries, problem }: PinPrompt): Partial<DialogView> {
  const { wording } = profile;
  const values = { min: String(minCodePoints), retries: String(retries) };
  const problems = [
    problem && wording.pinProblems[problem],
    kind === 'enter' && retries !== undefined && retries <= fewRetries && wording.fewRetries,
  ].filter((sentence) => typeof sentence === 'string');
  return {
    fields: [...wording.pin[kind].fields],
    buttons: answering(profile, wording.buttons.next),
    ...(problems.length === 0 ? {} : { problem: fill(sentences(problems), values) }),
  };
}

const presenceParts = ({ wording }: DialogProfile, { verification }: PresencePrompt) =>
  verification ? { picture: 'fingerprint' as const, text: wording.fingerprint } : { picture: 'touch' as const };

function reviewParts(
  { wording }: DialogProfile,
  { userName, authenticator, attestation }: ReviewPrompt,
  filled: (wording: DialogText, values: Record<string, string>) => DialogText,
): DialogText {
  const text = sentences([wording.review.text, ...(attestation ? [wording.attestation] : [])]);
  return filled({ title: wording.review.title, text }, { user: userName, key: authenticator });
}

const accounts = (profile: DialogProfile, offered: readonly AccountChoice[]): Partial<DialogView> => ({
  choices: offered.map(({ name }, index) => ({ label: name, picture: 'person', selected: index === 0 })),
  buttons: answering(profile, profile.wording.buttons.next),
});
