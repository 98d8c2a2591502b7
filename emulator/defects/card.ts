/** Defects of smart cards, ISO/IEC 7816-4 and CTAP 2.1 section 11.3. They have an effect only when the authenticator is used as a card. */
import { concat, utf8 } from '#base/bytes.ts';
import { statusWords } from '#protocol/apdu.ts';
import type { FaultChanges } from '../fault-hooks.ts';
import type { CardRules } from '../transport-rules.ts';
import { defectsDetectedBy } from './defect.ts';

const withoutRule = (title: string, breaks: string, rule: Partial<CardRules>) => ({ title, breaks, card: rule });

const iso = (section: string) => `ISO 7816-4 section ${section}`;
const ctap = (section: string) => `CTAP 2.1 section ${section}`;

/** Changes the response to SELECT, which is the only one that is text. */
const editVersion = (version: string): FaultChanges => ({
  cardResponse: (response) =>
    /^(U2F_V2|FIDO_2_0)$/.test(new TextDecoder().decode(response.data))
      ? { ...response, data: utf8(version) }
      : response,
});

const replaceStatus = (from: number, to: number): FaultChanges => ({
  cardResponse: (response) => (response.status === from ? { ...response, status: to } : response),
});

export const cardDefects = defectsDetectedBy('suite', {
  'nfc.selection-unchecked': withoutRule('Commands are executed before the applet is selected', ctap('11.3.3'), {
    requireSelection: false,
  }),
  'nfc.any-applet': withoutRule('Every applet can be selected', ctap('11.3.3'), { refuseOtherApplets: false }),
  'nfc.failed-select-deselects': withoutRule('A SELECT that fails deselects the applet', iso('11.2.2'), {
    keepSelectionAfterFailedSelect: false,
  }),
  'nfc.deselect-ignored': withoutRule('NFCCTAP_CONTROL does not end the session', ctap('11.3.4'), {
    deselectOnRequest: false,
  }),
  'nfc.extended-refused': withoutRule('Commands with extended lengths are refused', ctap('11.3.6'), {
    acceptExtendedLengths: false,
  }),
  'nfc.short-refused': withoutRule('Commands with short lengths are refused', ctap('11.3.6'), {
    acceptShortLengths: false,
  }),
  'nfc.chains-refused': withoutRule('Command chains are refused', ctap('11.3.6'), { acceptChains: false }),
  'nfc.chain-header-unchecked': withoutRule('Commands of a chain may have different headers', iso('5.3.3'), {
    enforceChainHeader: false,
  }),
  'nfc.chain-survives-select': withoutRule('SELECT does not end an unfinished chain', iso('5.3.3'), {
    endChainOnSelect: false,
  }),
  'nfc.lengths-unchecked': withoutRule('Data of any length is accepted', ctap('11.3.7'), { enforceLengths: false }),
  'nfc.max-length-unchecked': withoutRule('Chains of any length are accepted', ctap('11.3.6'), {
    enforceMaxLength: false,
  }),
  'nfc.class-unchecked': withoutRule('Commands of other classes are executed', iso('5.4.1'), {
    refuseUnknownClasses: false,
  }),
  'nfc.instruction-unchecked': withoutRule('Unknown instructions are answered without an error', ctap('11.3.7'), {
    refuseUnknownInstructions: false,
  }),
  'nfc.parameters-unchecked': withoutRule('P1 and P2 are not checked', ctap('11.3.7'), { enforceParameters: false }),
  'nfc.le-ignored': withoutRule('Responses are longer than Le allows', iso('5.3.4'), { respectExpectedLength: false }),
  'nfc.remaining-lost': withoutRule('Long responses are cut off, and GET RESPONSE returns nothing', iso('5.3.4'), {
    keepRemainingResponse: false,
  }),
  'nfc.remaining-kept': withoutRule('The rest of a response can be read after another command', iso('5.3.4'), {
    dropRemainingOnCommand: false,
  }),
  'nfc.get-response-without-data': withoutRule('GET RESPONSE succeeds although there is no response', iso('11.3.1'), {
    refuseGetResponseWithoutData: false,
  }),
  'nfc.u2f-refused': withoutRule('U2F commands are refused although U2F_V2 is supported', ctap('11.3.3'), {
    acceptU2f: false,
  }),
  'nfc.no-status-updates': withoutRule('No status updates are sent to a host that polls', ctap('11.3.7.1'), {
    sendStatusUpdates: false,
  }),
  'nfc.updates-unasked': withoutRule('Status updates are sent to a host that does not poll', ctap('11.3.7.1'), {
    updateOnlyPollingHosts: false,
  }),
  'nfc.error-as-status-word': {
    title: 'CTAP commands that fail have the status word 6F00',
    breaks: ctap('11.3.7.1'),
    cardResponse: ({ data, status }) =>
      data.length === 1 && data[0] !== 0 && status === statusWords.SW_NO_ERROR
        ? { data: new Uint8Array(0), status: statusWords.SW_UNKNOWN }
        : { data, status },
  },
  'nfc.cancel-ignored': withoutRule('NFCCTAP_GETRESPONSE does not cancel', ctap('11.3.7.2'), { cancelMessages: false }),
  'nfc.sequences-lost': withoutRule('Sequences of commands do not continue with the next command', ctap('6.3'), {
    keepSequences: false,
  }),
  'nfc.version-other': { title: 'SELECT returns the version U2F_V1', breaks: ctap('11.3.3'), ...editVersion('U2F_V1') },
  'nfc.status-missing': {
    title: 'Responses have the status 0000',
    breaks: iso('5.6'),
    ...replaceStatus(statusWords.SW_NO_ERROR, 0),
  },
  'nfc.update-as-success': {
    title: 'Status updates have the status of a final response',
    breaks: ctap('11.3.7.1'),
    ...replaceStatus(statusWords.SW_UPDATE, statusWords.SW_NO_ERROR),
  },
  'nfc.length-as-success': withoutRule('Commands of a wrong length are answered with success', iso('5.6'), {
    refuseWrongLengths: false,
  }),
  'nfc.not-found-as-success': {
    title: 'Selecting an unknown applet reports success',
    breaks: iso('5.6'),
    ...replaceStatus(statusWords.SW_FILE_NOT_FOUND, statusWords.SW_NO_ERROR),
  },
  'nfc.response-padded': {
    title: 'Responses are followed by a zero byte',
    breaks: ctap('11.3.5'),
    cardResponse: (response) =>
      response.data.length > 0 ? { ...response, data: concat(response.data, new Uint8Array(1)) } : response,
  },
});
