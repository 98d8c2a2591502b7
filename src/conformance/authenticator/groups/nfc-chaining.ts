import { statusWords } from '#protocol/apdu.ts';
import { cardClasses } from '#protocol/nfcctap.ts';
import { type CardAnswer, checkRefusedByCard, checkWord, openApplet } from '../card-host.ts';
import { checkEqual, checkEqualBytes } from '../checks.ts';
import { setUp } from '../failures.ts';
import { registersWithoutPin } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { checkInfo, getInfo, longMessage, nfc } from './nfc-apdus.ts';

const iso = 'ISO 7816-4';

/** The second command of a chain whose first command is part of a CTAP message. */
const brokenChain = async (context: TestContext, change: { ins?: number; p1?: number }): Promise<CardAnswer> => {
  const host = await openApplet(context);
  const first = await host.send({ cla: 0x90, data: getInfo, isShort: true, ne: undefined });
  await setUp('send the first command of a chain', async () => checkWord(first, 'SW_NO_ERROR'));
  return host.send({ data: new Uint8Array(0), isShort: true, ...change });
};

const chaining: RequirementInput[] = [
  {
    id: 'chain.executed',
    title: 'A message that is sent as a chain of short commands is executed',
    section: '11.3.6',
    provenBy: ['nfc.chains-refused'],
    preconditions: [registersWithoutPin],
    async run(context) {
      const host = await openApplet(context);
      const answer = await host.readRest(await host.sendChain({ data: await longMessage(context) }));
      checkWord(answer, 'SW_NO_ERROR');
      checkEqual(answer.data[0], 0, 'the status of makeCredential');
    },
  },
  {
    id: 'chain.two-parts',
    title: 'A chain may divide a message at any byte',
    section: '5.3.3',
    document: iso,
    provenBy: ['nfc.chains-refused'],
    async run(context) {
      const host = await openApplet(context);
      checkWord(await host.send({ cla: 0x90, data: getInfo, isShort: true, ne: undefined }), 'SW_NO_ERROR');
      checkInfo(await host.readRest(await host.send({ isShort: true })));
    },
  },
  {
    id: 'chain.header',
    title: 'A command with another header than its chain is not added to the chain',
    section: '5.3.3',
    document: iso,
    level: 'SHOULD',
    provenBy: ['nfc.chain-header-unchecked'],
    async run(context) {
      checkRefusedByCard(await brokenChain(context, { p1: 0x80 }));
    },
  },
  {
    id: 'chain.select-ends',
    title: 'SELECT ends an unfinished chain',
    section: '5.3.3',
    document: iso,
    provenBy: ['nfc.chain-survives-select'],
    async run(context) {
      const host = await openApplet(context);
      await host.send({ cla: 0x90, data: getInfo, isShort: true, ne: undefined });
      checkWord(await host.select(), 'SW_NO_ERROR');
      checkInfo(await host.message(getInfo));
    },
  },
  {
    id: 'chain.too-long',
    title: 'A chain that is longer than a message can be is refused',
    section: '11.3.6',
    level: 'SHOULD',
    provenBy: ['nfc.max-length-unchecked'],
    async run(context) {
      const host = await openApplet(context);
      const part = new Uint8Array(255).fill(1);
      let answer: CardAnswer = { data: new Uint8Array(0), status: statusWords.SW_NO_ERROR };
      for (let sent = 0; sent <= 7_609 && answer.status === statusWords.SW_NO_ERROR; sent += part.length)
        answer = await host.send({ cla: 0x90, data: part, isShort: true, ne: undefined });
      checkRefusedByCard(answer);
    },
  },
];

const remaining: RequirementInput[] = [
  {
    id: 'get-response.rest',
    title: 'GET RESPONSE returns the rest of a long response',
    section: '5.3.4',
    document: iso,
    provenBy: ['nfc.remaining-lost'],
    async run(context) {
      const host = await openApplet(context);
      const whole = await host.message(getInfo);
      const parts = await host.message(getInfo, { isShort: true, ne: 50 });
      checkEqualBytes(parts.data, whole.data, 'the parts together');
    },
  },
  {
    id: 'get-response.announced',
    title: 'SW2 of an announcement is the number of bytes that are left, or 0 for 256 and more',
    section: '5.6',
    document: iso,
    provenBy: ['nfc.le-ignored'],
    async run(context) {
      const host = await openApplet(context);
      const { length } = (await host.message(getInfo)).data;
      const { status } = await host.send({ data: getInfo, isShort: true, ne: 50 });
      const left = length - 50;
      checkEqual(status, 0x6100 | (left < 0x100 ? left : 0), 'the status word');
    },
  },
  {
    id: 'get-response.without-data',
    title: 'GET RESPONSE is refused while no response is left',
    section: '11.3.1',
    document: iso,
    provenBy: ['nfc.get-response-without-data'],
    run: async (context) => checkRefusedByCard(await (await openApplet(context)).getResponse()),
  },
  {
    id: 'get-response.after-command',
    title: 'Another command drops what is left of a response',
    section: '5.3.4',
    document: iso,
    level: 'SHOULD',
    provenBy: ['nfc.remaining-kept'],
    async run(context) {
      const host = await openApplet(context);
      await host.send({ data: getInfo, isShort: true, ne: 50 });
      await host.send({ cla: cardClasses.proprietary, ins: 0x7f, isShort: true });
      checkRefusedByCard(await host.getResponse());
    },
  },
];

export const nfcChaining = defineGroup(nfc, [...chaining, ...remaining]);
