/** Emulated authenticators as targets of the conformance suite. */
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { changeStatement, isStatementChange } from '#conformance/authenticator/metadata/change-statement.ts';
import type { TargetInterface, TestTarget, TestTargetSource } from '#conformance/authenticator/test-target.ts';
import {
  type AuthenticatorOptions,
  createAuthenticator,
  type DefectId,
  type Persona,
  personaOf,
  plugIn,
} from '#emulator';
import { type EmulatedInterface, emulateCard, emulateHid, settle } from './emulated-interfaces.ts';
import { publishedStatement } from './emulated-metadata.ts';
import { EmulatedUser } from './emulated-user.ts';

/**
 * Returns the source of emulated authenticators of a persona. Every case gets a new one, with its own clock and bytes. A defect can also
 * be the name of a change of the metadata statement, e.g. `metadata.schema.three`.
 * @throws {UsageError} for an unknown persona; when it opens an authenticator, for an unknown defect.
 */
export function emulatedTargets(persona: string, defects: readonly string[] = []): TestTargetSource {
  const changes = defects.filter(isStatementChange);
  const ownDefects = defects.filter((id) => !isStatementChange(id));
  return {
    name: `persona ${persona}`,
    interfaces: [...interfacesOf(persona), 'metadata'],
    metadata: async () => changeStatement(await publishedStatement(personaOf(persona)), changes),
    open: async (caseId) => openTarget({ persona: personaOf(persona), defects: ownDefects as DefectId[] }, caseId),
  };
}

/** Returns the source of emulated authenticators of a model that is no persona of the registry. */
export const emulatedModel = (options: AuthenticatorOptions & { persona: Persona }): TestTargetSource => ({
  name: options.persona.label,
  interfaces: interfacesOfModel(options.persona),
  open: async (caseId) => openTarget(options, caseId),
});

/** Returns the interfaces of a persona. @throws {UsageError} if there is no such persona. */
export const interfacesOf = (id: string): TargetInterface[] => interfacesOfModel(personaOf(id));

function interfacesOfModel({ transports, versions }: Persona): TargetInterface[] {
  return [
    ...(transports.includes('usb') ? ['ctaphid' as const] : []),
    ...(versions.includes('U2F_V2') ? ['u2f' as const] : []),
    ...(transports.includes('nfc') ? ['nfc' as const] : []),
  ];
}

function openTarget(options: AuthenticatorOptions, caseId: string): TestTarget {
  const clock = new AdjustableClock();
  const user = new EmulatedUser();
  const authenticator = createAuthenticator({
    ...options,
    clock,
    random: seededRandom(caseId),
    gestures: user,
  });
  const device = plugIn(authenticator);
  const opened: EmulatedInterface[] = [];
  const open = async <T extends EmulatedInterface>(emulated: T): Promise<T> => {
    opened.push(emulated);
    return emulated;
  };
  return {
    device,
    openHid: () => open(emulateHid(authenticator, clock, seededRandom(`${caseId} channels`))),
    openCard: () => open(emulateCard(authenticator, clock)),
    setUser: (behaviour) => {
      user.behaviour = behaviour;
    },
    async powerCycle() {
      device.powerCycle();
      for (const emulated of opened) emulated.powerCycle();
    },
    async wait(ms) {
      clock.advance(ms);
      if (opened.length > 0) await settle();
    },
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}
