/** Translates the settings of a key in a scenario to options of the emulator, and finds those that its persona does not support. */
import {
  type AttestationChoice,
  type AuthenticatorOptions,
  type DefectId,
  findOptionProblems,
  type ModelOption,
  type Persona,
  type PersonaId,
  personaOf,
} from '#emulator';
import type { FindSettingProblems, SettingProblem } from '#scenario/language/check-persona.ts';
import type { ScenarioAuthenticator } from '#scenario/language/schema/authenticator.ts';
import type { Path } from '#scenario/language/source-node.ts';

const defaultPersona: PersonaId = 'yubikey-5-nfc';

export const personaIdOf = ({ persona }: ScenarioAuthenticator) => (persona ?? defaultPersona) as PersonaId;

/** The settings that do not depend on the environment of the case. */
export function toAuthenticatorOptions(authenticator: ScenarioAuthenticator) {
  const { pin, fingerprints, fmt, algorithms, storage, defects = [] } = authenticator;
  const persona = personaOf(personaIdOf(authenticator));
  return {
    persona,
    ...(typeof pin === 'object' && { pin: pin.set, retries: pin.retries }),
    ...(pin === 'blocked' && { pin: '0'.repeat(persona.minPinLength), retries: 0 }),
    ...(fingerprints !== undefined && { fingerprints }),
    ...(fmt && { attestation: toAttestationChoice(fmt) }),
    ...(algorithms && { algorithms }),
    ...(storage !== undefined && { credentialCapacity: storage }),
    defects: defects.filter((defect): defect is DefectId => typeof defect === 'string'),
  } satisfies AuthenticatorOptions;
}

/** In scenarios `packed` means packed attestation with a certificate. */
const toAttestationChoice = (fmt: NonNullable<ScenarioAuthenticator['fmt']>): AttestationChoice =>
  fmt === 'packed' ? 'packed-basic' : fmt;

export const findSettingProblems: FindSettingProblems = (authenticator) => {
  const { persona } = toAuthenticatorOptions(authenticator);
  const transportProblem = findTransportProblem(authenticator, persona);
  const problems = findOptionProblems({ ...toAuthenticatorOptions({ ...authenticator, defects: [] }) });
  return [
    ...problems.map(({ option, message }) => ({ setting: settings[option](authenticator), message })),
    ...(transportProblem ? [transportProblem] : []),
  ];
};

/** The setting of a scenario for each option of the emulator. */
const settings: Record<ModelOption, (authenticator: ScenarioAuthenticator) => Path> = {
  pin: ({ pin }) => (typeof pin === 'object' ? ['pin', 'set'] : ['pin']),
  retries: () => ['pin', 'retries'],
  fingerprints: () => ['fingerprints'],
  algorithms: ({ algorithms }) => (algorithms ? ['algorithms'] : ['fmt']),
  credentialCapacity: () => ['storage'],
};

/** A key that is attached to the system is a USB device. */
function findTransportProblem({ transport }: ScenarioAuthenticator, { id, transports }: Persona) {
  if (!transport || transports.includes('usb')) return undefined;
  const message = `Cannot attach ${id} with ${transport}, which is USB: it has ${transports.join(', ')}`;
  return { setting: ['transport'], message } satisfies SettingProblem;
}
