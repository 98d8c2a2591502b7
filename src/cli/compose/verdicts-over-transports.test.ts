/** The transport does not change a verdict: a sample of every group in process, over UDP, over TCP and over the reader of vsmartcard. */
import { expect, it } from 'vitest';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { connectedTargets } from '#conformance/authenticator/connected/connected-targets.ts';
import { runSuite } from '#conformance/authenticator/run-suite.ts';
import { groupOf } from '#conformance/catalogue-entry.ts';
import { connectPersona } from './connected-persona.ts';
import { emulatedTargets } from './emulated-test-target.ts';
import { type PersonaConnection, personaConnections } from './persona-links.ts';

const persona = 'touchstone-key';
const defects = ['pin.retries-unlimited', 'status.denied-as-timeout'];
/** They need reports, APDUs or documents, which only some targets give. */
const ofTheTarget = ['hid', 'nfc', 'mds', 'u2f'];
const perGroup = 4;
const groups = [...new Set(authenticatorCatalogue.map(({ id }) => groupOf(id)))].filter(
  (id) => !ofTheTarget.includes(id),
);
const sample = groups.flatMap((group) => {
  const own = authenticatorCatalogue.filter(({ id }) => groupOf(id) === group);
  return own.filter((_, index) => index % Math.ceil(own.length / perGroup) === 0);
});
/** A card does not report that it waits for a touch. */
const notObservableOnCards = ['select.touch'];

async function verdictsOver(over: PersonaConnection): Promise<unknown[]> {
  await using authenticator = await connectPersona({ persona, defects, over });
  return toVerdicts(await runSuite(sample, connectedTargets(authenticator)), over);
}

const toVerdicts = (results: Awaited<ReturnType<typeof runSuite>>, over: PersonaConnection) =>
  results.map(({ id, variant, verdict }) => ({
    id,
    variant,
    verdict: over === 'vpcd' && notObservableOnCards.includes(id) ? 'pass' : verdict,
  }));

it.each(personaConnections)(
  'the verdicts over %s are those of new authenticators',
  { timeout: 20_000 },
  async (over) => {
    const expected = await runSuite(sample, emulatedTargets(persona, defects));
    expect(await verdictsOver(over)).toEqual(toVerdicts(expected, over));
    expect(expected.some(({ verdict }) => verdict === 'fail')).toBe(true);
  },
);
