/** Emulated authenticators as targets of the conformance suite. */
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { changeStatement, isStatementChange } from '#conformance/authenticator/metadata/change-statement.ts';
import type { TargetInterface, TestTarget, TestTargetSource } from '#conformance/authenticator/test-target.ts';
import { createAuthenticator, type DefectId, type PersonaId, personaOf, plugIn } from '#emulator';
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
    open: async (caseId) => openTarget(persona, ownDefects, caseId),
  };
}

/** Returns the interfaces of a persona. @throws {UsageError} if there is no such persona. */
export function interfacesOf(id: string): TargetInterface[] {
  const { transports, versions } = personaOf(id);
  return [
    ...(transports.includes('usb') ? ['ctaphid' as const] : []),
    ...(versions.includes('U2F_V2') ? ['u2f' as const] : []),
    ...(transports.includes('nfc') ? ['nfc' as const] : []),
  ];
}

function openTarget(persona: string, defects: readonly string[], caseId: string): TestTarget {
  const clock = new AdjustableClock();
  const user = new EmulatedUser();
  const authenticator = createAuthenticator({
    persona: persona as PersonaId,
    defects: defects as DefectId[],
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
