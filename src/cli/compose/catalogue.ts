/** What the emulator offers by name: to scenarios, to documents, to whoever asks what a model is called. */
import { dialogProfiles } from '#browser/dialog-profiles.ts';
import {
  type AuthenticatorOptions,
  createAuthenticator,
  defectGroups,
  defects,
  denyTouch,
  deviceTransports,
  type Persona,
  personas,
  trustAnchors,
} from '#emulator';
import { modelName } from '#relying-party/authenticator-models.ts';
import type { Vocabulary } from '#scenario/language/expand.ts';

export { defectGroups, deviceTransports, type Persona, personas };

/** An authenticator as it comes from the factory, whose user declines every gesture. */
export const freshAuthenticator = (persona: Persona) => createAuthenticator({ persona, gestures: denyTouch });

/** Our own plain key with other algorithms or another attestation, touched at once. */
export const authenticatorWith = (changes: Pick<AuthenticatorOptions, 'algorithms' | 'attestation'>) =>
  createAuthenticator({ persona: 'touchstone-key', ...changes });

/** The model, with messages that its transport carries whole. */
export const fitting = (persona: Persona, longestMessage = persona.maxMsgSize): Persona => ({
  ...persona,
  maxMsgSize: Math.min(persona.maxMsgSize, longestMessage),
});

/** What a model is called: real ones by the table of the relying party, our own by their persona. */
export const modelNameOf = (aaguid: string): string | undefined =>
  modelName(aaguid) ?? Object.values(personas).find((persona) => persona.aaguid === aaguid)?.label;

/** Names that scenarios may use. */
export const vocabulary = {
  personas: Object.fromEntries(Object.entries(personas).map(([id, { label, aaguid }]) => [id, { id, label, aaguid }])),
  dialogs: Object.keys(dialogProfiles),
  defects: Object.keys(defects),
} satisfies Vocabulary;

/** Roots under which the emulated models attest, DER. */
export const emulatorRoots = (): Uint8Array[] => trustAnchors();
