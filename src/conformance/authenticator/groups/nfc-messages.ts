/** nfc: CTAP messages, status updates, U2F and sequences over a card, CTAP 2.1 sections 6.3 and 11.3.7. */

import { statusWords } from '#protocol/apdu.ts';
import { encodeMessage } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import { keepaliveStatus } from '#protocol/ctaphid.ts';
import { cardClasses, cardInstructions, cardParameters } from '#protocol/nfcctap.ts';
import { ctapStatus } from '#protocol/status.ts';
import { authorizeAssertion, buildAssertion } from '../assertion.ts';
import { type CardHost, checkRefusedByCard, checkWord, openApplet } from '../card-host.ts';
import { check, checkEqual } from '../checks.ts';
import { setUp } from '../failures.ts';
import { hasDiscoverableCredentials, hasU2f, registersWithoutPin } from '../preconditions.ts';
import { authorizeRegistration, buildRegistration, register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { checkInfo, getInfo, nfc } from './nfc-apdus.ts';

const messages: RequirementInput[] = [
  {
    id: 'message.exact',
    title: 'The answer to a CTAP message is exactly one status byte and one CBOR map',
    section: '11.3.7.1',
    provenBy: ['nfc.response-padded'],
    async run(context) {
      const answer = await (await openApplet(context)).message(getInfo);
      checkInfo(answer);
      check(decode(answer.data.subarray(1)) instanceof Map, 'Expected a map after the status byte');
    },
  },
  {
    id: 'message.error',
    title: 'The answer to a CTAP command that fails has the status word SW_NO_ERROR and the status of CTAP',
    section: '11.3.7.1',
    provenBy: ['nfc.error-as-status-word'],
    async run(context) {
      const answer = await (await openApplet(context)).message(new Uint8Array([0x3f]));
      checkWord(answer, 'SW_NO_ERROR');
      check((answer.data[0] ?? 0) !== 0, 'Expected an error status of CTAP');
    },
  },
  {
    id: 'message.empty',
    title: 'NFCCTAP_MSG without data is refused',
    section: '11.3.7.1',
    provenBy: ['nfc.lengths-unchecked'],
    run: async (context) => checkRefusedByCard(await (await openApplet(context)).send({})),
  },
  {
    id: 'message.parameters',
    title: 'NFCCTAP_MSG with other values of P1 and P2 is refused',
    section: '11.3.7.1',
    level: 'SHOULD',
    provenBy: ['nfc.parameters-unchecked'],
    variants: [{ name: 'p1' }, { name: 'p2' }],
    async run(context) {
      const parameters = context.variant === 'p1' ? { p1: 0x01 } : { p2: 0x01 };
      checkRefusedByCard(await (await openApplet(context)).send({ data: getInfo, ...parameters }));
    },
  },
];

/** Starts a registration that waits for the user, with a host that polls. */
async function startPolling(context: TestContext): Promise<CardHost> {
  const host = await openApplet(context);
  context.setUser('wait');
  return host;
}

const registration = async (context: TestContext) =>
  encodeMessage(
    commands.authenticatorMakeCredential.code,
    await authorizeRegistration(context, buildRegistration(context)),
  );

const poll = { ins: cardInstructions.NFCCTAP_GETRESPONSE };

/** Ends the message that waits for the user. */
async function endMessage(context: TestContext, host: CardHost): Promise<void> {
  context.setUser('touch');
  await host.send({ ...poll, p1: cardParameters.cancel });
}

const pollingRequirements: RequirementInput[] = [
  {
    id: 'poll.status-update',
    title: 'A host that polls gets the status word 9100 while the card waits for the user',
    section: '11.3.7.1',
    provenBy: ['nfc.update-as-success', 'nfc.no-status-updates'],
    async run(context) {
      const host = await startPolling(context);
      try {
        const answer = await host.send({ data: await registration(context), p1: cardParameters.pollsForAnswer });
        checkEqual(answer.status, statusWords.SW_UPDATE, 'the status word');
        checkEqual(answer.data[0], keepaliveStatus.upneeded, 'the status');
      } finally {
        await endMessage(context, host);
      }
    },
  },
  {
    id: 'poll.get-response',
    title: 'NFCCTAP_GETRESPONSE returns the status until the answer is there',
    section: '11.3.7.2',
    provenBy: ['nfc.update-as-success'],
    async run(context) {
      const host = await startPolling(context);
      try {
        await host.send({ data: await registration(context), p1: cardParameters.pollsForAnswer });
        checkEqual((await host.send(poll)).status, statusWords.SW_UPDATE, 'the status word');
      } finally {
        await endMessage(context, host);
      }
    },
  },
  {
    id: 'poll.cancel',
    title: 'NFCCTAP_GETRESPONSE with P1 11 cancels the message, which ends with CTAP2_ERR_KEEPALIVE_CANCEL',
    section: '11.3.7.2',
    provenBy: ['nfc.cancel-ignored', 'status.cancel-as-denied'],
    async run(context) {
      const host = await startPolling(context);
      await host.send({ data: await registration(context), p1: cardParameters.pollsForAnswer });
      const answer = await host.send({ ...poll, p1: cardParameters.cancel });
      context.setUser('touch');
      checkWord(answer, 'SW_NO_ERROR');
      checkEqual(answer.data[0], ctapStatus.CTAP2_ERR_KEEPALIVE_CANCEL, 'the status');
    },
  },
  {
    id: 'poll.without-message',
    title: 'NFCCTAP_GETRESPONSE is refused while no message is processed',
    section: '11.3.7.2',
    provenBy: ['nfc.get-response-without-data'],
    run: async (context) => checkRefusedByCard(await (await openApplet(context)).send(poll)),
  },
  {
    id: 'poll.not-asked',
    title: 'A host that does not poll gets no status update',
    section: '11.3.7.1',
    provenBy: ['nfc.updates-unasked'],
    async run(context) {
      const answer = await (await openApplet(context)).message(await registration(context));
      checkWord(answer, 'SW_NO_ERROR');
      checkEqual(answer.data[0], 0, 'the status of makeCredential');
    },
  },
];

const polling = pollingRequirements.map((requirement) => ({ ...requirement, preconditions: [registersWithoutPin] }));

const u2fOverCard: RequirementInput[] = [
  {
    id: 'u2f.version',
    title: 'The FIDO applet executes U2F commands',
    section: '11.3.3',
    provenBy: ['nfc.u2f-refused'],
    preconditions: [hasU2f],
    variants: [{ name: 'short' }, { name: 'extended' }],
    async run(context) {
      const host = await openApplet(context);
      const isShort = context.variant === 'short';
      const answer = await host.send({ cla: cardClasses.interindustry, ins: 0x03, isShort });
      checkWord(answer, 'SW_NO_ERROR');
      checkEqual(new TextDecoder().decode(answer.data), 'U2F_V2', 'the version');
    },
  },
  {
    id: 'u2f.register-short',
    title: 'A U2F registration with short lengths returns its response in parts',
    section: '5.3.4',
    document: 'ISO 7816-4',
    provenBy: ['nfc.remaining-lost'],
    preconditions: [hasU2f],
    async run(context) {
      const host = await openApplet(context);
      const data = context.random.bytes(64);
      const first = await host.send({ cla: cardClasses.interindustry, ins: 0x01, data, isShort: true });
      const answer = await host.readRest(first);
      checkWord(answer, 'SW_NO_ERROR');
      check(answer.data.length > 256, `Expected a registration of more than 256 bytes, got ${answer.data.length}`);
    },
  },
];

/** Registers two discoverable credentials, and gets the first assertion over the card. */
async function startSequence(context: TestContext): Promise<CardHost> {
  for (const fill of [1, 2]) await register(context, { rk: true, userId: new Uint8Array(16).fill(fill) });
  const host = await openApplet(context);
  const { alwaysUv } = context.info.options ?? {};
  const assertion = buildAssertion(context);
  const request = alwaysUv ? await authorizeAssertion(context, assertion) : assertion;
  const answer = await host.message(encodeMessage(commands.authenticatorGetAssertion.code, request));
  await setUp('get the first of two assertions', async () => checkEqual(answer.data[0], 0, 'the status'));
  return host;
}

const next = encodeMessage(commands.authenticatorGetNextAssertion.code);

const sequenceRequirements: RequirementInput[] = [
  {
    id: 'sequence.next-assertion',
    title: 'getNextAssertion continues the sequence while the card stays in the field',
    section: '6.3',
    provenBy: ['nfc.sequences-lost'],
    async run(context) {
      const host = await startSequence(context);
      checkEqual((await host.message(next)).data[0], 0, 'the status of getNextAssertion');
    },
  },
  {
    id: 'sequence.field-lost',
    title: 'getNextAssertion is refused after the card left the field',
    section: '6.3',
    provenBy: ['ignored-error.not-allowed'],
    async run(context) {
      const host = await startSequence(context);
      await context.powerCycle();
      checkWord(await host.select(), 'SW_NO_ERROR');
      checkEqual((await host.message(next)).data[0], ctapStatus.CTAP2_ERR_NOT_ALLOWED, 'the status');
    },
  },
];

const sequences = sequenceRequirements.map((requirement) => ({
  ...requirement,
  preconditions: [registersWithoutPin, hasDiscoverableCredentials],
}));

export const nfcMessages = defineGroup(nfc, [...messages, ...polling, ...u2fOverCard, ...sequences]);
