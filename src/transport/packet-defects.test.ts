/**
 * Every defect in CTAPHID packets against the host channel: a message ends with a typed error or with its response, and never
 * hangs; the response to a command is never used for another one; after the defect the same channel works again.
 */
import { describe, expect, test } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { createAuthenticator, type DefectId, defectGroups, plugInHid } from '#emulator';
import { type CtapHidChannel, openCtapHid } from './ctaphid-channel.ts';

const getInfo = new Uint8Array([0x04]);
/** Commands with a response of one packet: the status CTAP1_ERR_INVALID_COMMAND (0x01), and CTAP2_ERR_NOT_ALLOWED (0x30). */
const unknownCommand = new Uint8Array([0x3f]);
const getNextAssertion = new Uint8Array([0x08]);
const statusOf = new Map([
  [getInfo, 0x00],
  [unknownCommand, 0x01],
  [getNextAssertion, 0x30],
]);

/** How a message with a response of several packets, and then one of a single packet, ends. */
const expectations: Record<keyof typeof defectGroups.ctaphid.rows, [long: string, short: string]> = {
  'ctaphid.sequence-skipped': ['framing', 'response'],
  'ctaphid.sequence-repeated': ['framing', 'response'],
  'ctaphid.packets-swapped': ['framing', 'response'],
  'ctaphid.packets-duplicated': ['framing', 'response'],
  'ctaphid.response-duplicated': ['response', 'response'],
  'ctaphid.last-packet-missing': ['timeout', 'timeout'],
  'ctaphid.last-packet-late': ['timeout', 'timeout'],
  'ctaphid.channel-foreign': ['timeout', 'timeout'],
  'ctaphid.channel-changes': ['timeout', 'response'],
  'ctaphid.length-too-large': ['timeout', 'timeout'],
  'ctaphid.length-too-small': ['response', 'response'],
  'ctaphid.length-absurd': ['framing', 'framing'],
};

/** Sends a message and moves time forward until it ends. Returns `response`, or the kind of the error. */
async function outcomeOf(device: CtapHidChannel, message: Uint8Array, clock: ManualClock): Promise<string> {
  let outcome: string | undefined;
  device.transact(message).then(
    () => {
      outcome = 'response';
    },
    (error: { name: string; kind?: string }) => {
      outcome = error.name === 'TransportError' ? error.kind : error.name;
    },
  );
  for (let waited = 0; waited < 60_000; waited += 100) {
    await new Promise(setImmediate);
    if (outcome) return outcome;
    clock.advance(100);
  }
  return 'still waiting';
}

/** A key whose packets are altered while `isDefective` is set. */
async function openDefectiveKey(defect: DefectId) {
  const clock = new ManualClock();
  const defective = createAuthenticator({ persona: 'touchstone-key', defects: [defect], clock });
  const key = {
    isDefective: true,
    process: defective.process.bind(defective),
    powerCycle: () => defective.powerCycle(),
    alterPackets: (packets: Parameters<NonNullable<typeof defective.alterPackets>>[0]) =>
      key.isDefective ? (defective.alterPackets?.(packets) ?? packets) : packets,
  };
  const device = await openCtapHid(plugInHid(key, { clock }), { clock });
  return { key, device, clock };
}

describe.each(Object.keys(defectGroups.ctaphid.rows) as (keyof typeof expectations)[])('%s', (defect) => {
  test('ends every message with a response or a typed error', async () => {
    const { device, clock } = await openDefectiveKey(defect);
    const [long, short] = expectations[defect];
    expect(await outcomeOf(device, getInfo, clock)).toBe(long);
    expect(await outcomeOf(device, unknownCommand, clock)).toBe(short);
    expect(await outcomeOf(device, getInfo, clock), 'the same again').toBe(long);
    expect(await outcomeOf(device, unknownCommand, clock), 'the same again').toBe(short);
  });

  test('is forgotten as soon as the device sends correct packets', async () => {
    const { key, device, clock } = await openDefectiveKey(defect);
    await outcomeOf(device, getInfo, clock);
    key.isDefective = false;
    for (let round = 0; round < 3; round++) {
      expect([...(await device.transact(unknownCommand))], 'the status of the unknown command').toEqual([0x01]);
      const [status, ...info] = await device.transact(getInfo);
      expect([status, info.length > 100]).toEqual([0, true]);
      clock.advance(1_500);
      await new Promise(setImmediate);
    }
  });

  test('keeps the response of a command from the next one', async () => {
    const { device, clock } = await openDefectiveKey(defect);
    const answers: string[] = [];
    for (const message of [getInfo, unknownCommand, getNextAssertion, unknownCommand, getInfo, getNextAssertion]) {
      const status = statusOf.get(message);
      const answer = device.transact(message).then(
        (response) => answers.push(response[0] === status || response.length === 0 ? 'own' : 'of another command'),
        () => answers.push('error'),
      );
      const count = answers.length;
      while (answers.length === count) {
        await new Promise(setImmediate);
        if (answers.length === count) clock.advance(100);
      }
      await answer;
    }
    expect(answers).not.toContain('of another command');
  });
});
