/** nfc: selection and APDUs, ISO/IEC 7816-4 section 5 and CTAP 2.1 sections 11.3.3 to 11.3.6. */
import { fromHex } from '#base/bytes.ts';
import { hasMoreData } from '#protocol/apdu.ts';
import { encodeMessage } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { cardInstructions, fidoAid } from '#protocol/nfcctap.ts';
import { type CardAnswer, checkRefusedByCard, checkWord, openApplet, openCardHost } from '../card-host.ts';
import { check, checkEqual } from '../checks.ts';
import { hasCard, registersWithoutPin } from '../preconditions.ts';
import { authorizeRegistration, buildRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

export const nfc = {
  group: 'nfc',
  document: 'CTAP 2.1',
  preconditions: [hasCard],
  provenOn: 'yubikey-5-nfc',
} as const;

const iso = 'ISO 7816-4';
export const getInfo = encodeMessage(commands.authenticatorGetInfo.code);

/** Checks that an answer is a successful CTAP answer of several members. */
export function checkInfo(answer: CardAnswer): void {
  checkWord(answer, 'SW_NO_ERROR');
  checkEqual(answer.data[0], 0, 'the status of getInfo');
  check(answer.data.length > 20, `Expected the members of getInfo, got ${answer.data.length} bytes`);
}

/** A message of more than 255 bytes: a registration with a long list of credentials to exclude. */
export async function longMessage(context: TestContext): Promise<Uint8Array> {
  const excludeList = [1, 2, 3, 4].map(
    (fill) =>
      new Map<string, Uint8Array | string>([
        ['id', new Uint8Array(48).fill(fill)],
        ['type', 'public-key'],
      ]),
  );
  const request = await authorizeRegistration(context, buildRegistration(context, { excludeList }));
  return encodeMessage(commands.authenticatorMakeCredential.code, request);
}

const selection: RequirementInput[] = [
  {
    id: 'select.accepted',
    title: 'SELECT of the FIDO applet succeeds',
    section: '11.3.3',
    provenBy: ['nfc.status-missing'],
    run: async (context) => checkWord(await (await openCardHost(context)).select(), 'SW_NO_ERROR'),
  },
  {
    id: 'select.version',
    title: 'SELECT returns U2F_V2 if U2F is supported, and FIDO_2_0 otherwise',
    section: '11.3.3',
    provenBy: ['nfc.version-other'],
    async run(context) {
      const { data } = await (await openCardHost(context)).select();
      const version = new TextDecoder().decode(data);
      // While alwaysUv is on, getInfo does not list U2F_V2 although the applet implements it, section 7.2.4.
      if (context.info.options?.alwaysUv === true && version === 'U2F_V2') return;
      const expected = context.info.versions.includes('U2F_V2') ? 'U2F_V2' : 'FIDO_2_0';
      checkEqual(version, expected, 'the version');
    },
  },
  {
    id: 'select.other-applet',
    title: 'SELECT of an applet that does not exist is refused',
    section: '11.2.2',
    document: iso,
    provenBy: ['nfc.any-applet', 'nfc.not-found-as-success'],
    async run(context) {
      checkRefusedByCard(await (await openCardHost(context)).select(fromHex('f0746f7563687374')));
    },
  },
  {
    id: 'select.parameters',
    title: 'SELECT with other parameters than by name is refused',
    section: '11.2.2',
    document: iso,
    level: 'SHOULD',
    provenBy: ['nfc.parameters-unchecked'],
    async run(context) {
      checkRefusedByCard(await (await openCardHost(context)).select(fidoAid, { p1: 0x7f }));
    },
  },
  {
    id: 'select.required',
    title: 'CTAP messages are refused before the FIDO applet is selected',
    section: '11.3.3',
    // A card with a single application may select it by itself (ISO/IEC 7816-4).
    level: 'SHOULD',
    provenBy: ['nfc.selection-unchecked'],
    run: async (context) => checkRefusedByCard(await (await openCardHost(context)).send({ data: getInfo })),
  },
  {
    id: 'select.again',
    title: 'The FIDO applet can be selected again, and answers',
    section: '11.3.3',
    provenBy: ['nfc.status-missing'],
    async run(context) {
      const host = await openCardHost(context);
      checkWord(await host.select(), 'SW_NO_ERROR');
      checkWord(await host.select(), 'SW_NO_ERROR');
      checkInfo(await host.message(getInfo));
    },
  },
  {
    id: 'select.failed-keeps-applet',
    title: 'A SELECT that fails leaves the FIDO applet selected',
    section: '11.2.2',
    document: iso,
    level: 'SHOULD',
    provenBy: ['nfc.failed-select-deselects'],
    async run(context) {
      const host = await openApplet(context);
      await host.select(fromHex('f0746f7563687374'));
      checkInfo(await host.message(getInfo));
    },
  },
  {
    id: 'select.power-cycle',
    title: 'After the card was removed, the applet has to be selected again',
    section: '11.3.3',
    // A card with a single application may select it by itself (ISO/IEC 7816-4).
    level: 'SHOULD',
    provenBy: ['nfc.selection-unchecked'],
    async run(context) {
      const host = await openApplet(context);
      await context.powerCycle();
      checkRefusedByCard(await host.send({ data: getInfo }));
    },
  },
  {
    id: 'deselect.ends-session',
    title: 'After NFCCTAP_CONTROL with END, CTAP messages are refused',
    section: '11.3.4',
    provenBy: ['nfc.deselect-ignored'],
    async run(context) {
      const host = await openApplet(context);
      checkWord(await host.send({ ins: cardInstructions.NFCCTAP_CONTROL, p1: 0x01 }), 'SW_NO_ERROR');
      checkRefusedByCard(await host.send({ data: getInfo }));
    },
  },
];

const lengths: RequirementInput[] = [
  {
    id: 'apdu.extended',
    title: 'A command with extended lengths is executed',
    section: '11.3.6',
    provenBy: ['nfc.extended-refused'],
    run: async (context) => checkInfo(await (await openApplet(context)).message(getInfo)),
  },
  {
    id: 'apdu.short',
    title: 'A command with short lengths is executed',
    section: '11.3.6',
    provenBy: ['nfc.short-refused'],
    run: async (context) => checkInfo(await (await openApplet(context)).message(getInfo, { isShort: true })),
  },
  {
    id: 'apdu.extended-long',
    title: 'A message of more than 255 bytes is executed with extended lengths',
    section: '11.3.6',
    provenBy: ['nfc.extended-refused'],
    preconditions: [registersWithoutPin],
    async run(context) {
      const host = await openApplet(context);
      const answer = await host.message(await longMessage(context));
      checkWord(answer, 'SW_NO_ERROR');
      checkEqual(answer.data[0], 0, 'the status of makeCredential');
    },
  },
  {
    id: 'apdu.le',
    title: 'A response is not longer than Le allows',
    section: '5.3.4',
    document: iso,
    provenBy: ['nfc.le-ignored'],
    variants: [{ name: '100' }, { name: '1' }],
    async run(context) {
      const ne = Number(context.variant);
      const { data, status } = await (await openApplet(context)).send({ data: getInfo, isShort: true, ne });
      check(data.length <= ne, `Expected at most ${ne} bytes, got ${data.length}`);
      check(hasMoreData(status) || data.length > 0, 'Expected data or the announcement of more data');
    },
  },
  {
    id: 'apdu.truncated',
    title: 'A command that is shorter than its lengths announce is refused with SW_WRONG_LENGTH',
    section: '5.6',
    document: iso,
    provenBy: ['nfc.length-as-success'],
    variants: [{ name: 'header' }, { name: 'data' }],
    async run(context) {
      const host = await openApplet(context);
      const apdu = context.variant === 'header' ? fromHex('8010') : fromHex('80100000050401');
      checkWord(await host.transmit(apdu), 'SW_WRONG_LENGTH');
    },
  },
  {
    id: 'apdu.class',
    title: 'A command of another class is refused',
    section: '5.4.1',
    document: iso,
    provenBy: ['nfc.class-unchecked'],
    variants: [{ name: '40' }, { name: 'c0' }],
    async run(context) {
      const host = await openApplet(context);
      checkRefusedByCard(await host.send({ cla: Number.parseInt(context.variant ?? '', 16), data: getInfo }));
    },
  },
  {
    id: 'apdu.instruction',
    title: 'An instruction that is not defined is refused',
    section: '5.6',
    document: iso,
    provenBy: ['nfc.instruction-unchecked'],
    variants: [{ name: '13' }, { name: 'e0' }],
    async run(context) {
      const host = await openApplet(context);
      checkRefusedByCard(await host.send({ ins: Number.parseInt(context.variant ?? '', 16), data: getInfo }));
    },
  },
];

export const nfcApdus = defineGroup(nfc, [...selection, ...lengths]);
