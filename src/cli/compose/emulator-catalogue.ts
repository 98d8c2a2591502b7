/** Named parts of the emulator for the commands, scenarios and generated documents: personas, defects, transports, trust anchors. */

import { dialogProfiles } from '#browser/dialog-profiles.ts';
import { statementChanges } from '#conformance/authenticator/metadata/change-statement.ts';
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
import type { ExpandOptions } from '#scenario/language/expand.ts';
import { findSettingProblems } from './authenticator-options.ts';

export { defectGroups, deviceTransports, type Persona, personas };

/** Returns an authenticator in factory state whose user denies every touch. */
export const createFactoryFreshAuthenticator = (persona: Persona) =>
  createAuthenticator({ persona, gestures: denyTouch });

/** Returns the persona `touchstone-key` with other algorithms or another attestation; it is touched at once. */
export const createAuthenticatorWith = (changes: Pick<AuthenticatorOptions, 'algorithms' | 'attestation'>) =>
  createAuthenticator({ persona: 'touchstone-key', ...changes });

/** Returns the persona with a maximum message size that the transport supports. */
export const limitMessageSize = (persona: Persona, maxMessageLength = persona.maxMsgSize): Persona => ({
  ...persona,
  maxMsgSize: Math.min(persona.maxMsgSize, maxMessageLength),
});

/** Returns the name of a model: of real ones from the table of the relying party, otherwise the label of the persona. */
export const modelNameOf = (aaguid: string): string | undefined =>
  modelName(aaguid) ?? Object.values(personas).find((persona) => persona.aaguid === aaguid)?.label;

/** Names that scenarios may use. */
export const vocabulary = {
  personas: Object.fromEntries(Object.entries(personas).map(([id, { label, aaguid }]) => [id, { id, label, aaguid }])),
  dialogs: Object.keys(dialogProfiles),
  defects: Object.keys(defects),
  findSettingProblems,
} satisfies ExpandOptions;

/** Returns what is wrong with an authenticator or metadata statement that has the defect; the id itself if there is no such defect. */
export const defectTitle = (id: string): string =>
  Object.hasOwn(defects, id) ? defects[id as keyof typeof defects].title : (statementChanges[id]?.title ?? id);

/** Returns the root certificates of the emulator's attestation, DER. */
export const emulatorTrustAnchors = (): Uint8Array[] => trustAnchors();
