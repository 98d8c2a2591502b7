/** Defects of CTAPHID: channels, transactions, the lock, and the content of CTAPHID's own messages. Like those of packets, they have an effect only over CTAPHID reports. */
import { concat } from '#base/bytes.ts';
import { broadcastChannel, type CtapHidCommand, ctapHidCommands, nonceLength } from '#protocol/ctaphid.ts';
import type { HidMessage } from '#protocol/ctaphid-reassembler.ts';
import type { FaultChanges } from '../fault-hooks.ts';
import type { HidRules } from '../transport-rules.ts';
import { defectsDetectedBy } from './defect.ts';

const init = '11.2.9.1.3';

/** A defect that does not follow one rule. */
const withoutRule = (title: string, section: string, rule: Partial<HidRules>) => ({
  title,
  breaks: `CTAP 2.1 section ${section}`,
  hid: rule,
});

/** Changes the messages of one command. */
const editMessage = (command: CtapHidCommand, change: (message: HidMessage) => Partial<HidMessage>): FaultChanges => ({
  hidMessage: (message) =>
    message.command === ctapHidCommands[command] ? { ...message, ...change(message) } : message,
});

/** Changes one byte of the payload. */
const editByte = (command: CtapHidCommand, at: number, change: (byte: number) => number): FaultChanges =>
  editMessage(command, ({ payload }) => ({
    payload: payload.map((byte, index) => (index === at ? change(byte) & 0xff : byte)),
  }));

const withContent = (title: string, section: string, change: FaultChanges) => ({
  title,
  breaks: `CTAP 2.1 section ${section}`,
  ...change,
});

/** Offsets in the response to INIT: nonce(8) channel(4) version(1) device version(3) capabilities(1). */
const [channelAt, versionAt, capabilitiesAt] = [nonceLength, 12, 16];

const channelDefects = {
  'hid.reserved-channel-accepted': withoutRule('INIT is answered on the reserved channel 0', init, {
    refuseReservedChannel: false,
  }),
  'hid.channels-unchecked': withoutRule('Messages on channels that were never allocated are executed', '11.2.3', {
    refuseUnallocatedChannels: false,
  }),
  'hid.channels-equal': withoutRule('Every program gets the same channel', '11.2.3', {
    allocateDifferentChannels: false,
  }),
  'hid.one-channel': withoutRule('A new channel makes all earlier channels invalid', '11.2.3', {
    keepOtherChannels: false,
  }),
  'hid.init-reallocates': withoutRule('INIT on an allocated channel allocates another one', init, {
    keepChannelOnInit: false,
  }),
  'hid.init-length-unchecked': withoutRule('INIT accepts nonces of any length', init, { enforceInitLength: false }),
  'hid.init-keeps-transaction': withoutRule('INIT does not end the transaction of its channel', '11.2.5.3', {
    initEndsOwnTransaction: false,
  }),
  'hid.init-ends-others': withoutRule('INIT ends the transactions of other channels', init, {
    initKeepsOtherTransactions: false,
  }),
  'hid.init-busy': withoutRule('INIT is refused while another channel uses the device', init, {
    answerInitWhileBusy: false,
  }),
};

const transactionDefects = {
  'hid.max-length-unchecked': withoutRule('Messages that announce more than 7609 bytes are accepted', '11.2.4', {
    enforceMaxLength: false,
  }),
  'hid.empty-message-accepted': withoutRule(
    'CBOR and MSG without content are answered without an error',
    '11.2.9.1.6',
    {
      enforceMessageLength: false,
    },
  ),
  'hid.unknown-command-accepted': withoutRule('Unknown commands are answered without an error', '11.2.9.1.6', {
    refuseUnknownCommands: false,
  }),
  'hid.msg-refused': withoutRule('MSG is refused although the capabilities contain it', '11.2.9.1.1', {
    acceptU2fMessages: false,
  }),
  'hid.sequence-unchecked': withoutRule('The sequence numbers of requests are not checked', '11.2.5.4', {
    enforceSequence: false,
  }),
  'hid.sequence-error-keeps-message': withoutRule('A sequence error does not end the message', '11.2.5.4', {
    sequenceErrorEndsMessage: false,
  }),
  'hid.message-restarts': withoutRule('An initialization packet within a message begins another one', '11.2.5.4', {
    refuseInitializationInMessage: false,
  }),
  'hid.orphans-answered': withoutRule('Continuation packets without a message are answered', '11.2.5.4', {
    ignoreOrphans: false,
  }),
  'hid.foreign-continuation-ends-message': withoutRule(
    'A continuation packet of another channel ends the message that is received',
    '11.2.5.1',
    { ignoreForeignContinuations: false },
  ),
  'hid.never-busy': withoutRule('A message of another channel replaces the one that is received', '11.2.5.1', {
    reportBusy: false,
  }),
  'hid.busy-ends-transaction': withoutRule('ERR_CHANNEL_BUSY ends the transaction of the other channel', '11.2.5.1', {
    keepTransactionWhenBusy: false,
  }),
  'hid.never-times-out': withoutRule('Messages that are never completed are not ended', '11.2.5.2', {
    timeOutMessages: false,
  }),
  'hid.times-out-early': withoutRule('Messages are ended after 50 milliseconds without a packet', '11.2.5.2', {
    packetTimeoutMs: 50,
  }),
};

const commandDefects = {
  'hid.cancel-ignored': withoutRule('CANCEL does not cancel', '11.2.9.1.5', { cancelCommands: false }),
  'hid.cancel-by-others': withoutRule('CANCEL cancels the commands of other channels', '11.2.9.1.5', {
    cancelOnlyOwnCommand: false,
  }),
  'hid.cancel-kept': withoutRule('CANCEL without a command cancels the next one', '11.2.9.1.5', {
    ignoreIdleCancel: false,
  }),
  'hid.cancel-answered': withoutRule('CANCEL has a response of its own', '11.2.9.1.5', {
    cancelWithoutResponse: false,
  }),
  'hid.keepalives-rare': withoutRule('Keepalives are sent once in two seconds', '11.2.9.1.7', {
    keepaliveIntervalMs: 2_000,
  }),
  'hid.keepalive-after-response': withoutRule('A keepalive follows the response', '11.2.9.1.7', {
    endKeepalivesWithResponse: false,
  }),
  'hid.lock-ignored': withoutRule('LOCK does not block other channels', '11.2.6', { enforceLock: false }),
  'hid.lock-blocks-owner': withoutRule('LOCK blocks also the channel that has locked the device', '11.2.6', {
    lockAllowsOwnChannel: false,
  }),
  'hid.lock-stays': withoutRule('LOCK never ends', '11.2.9.2.2', { releaseLock: false }),
  'hid.lock-time-unchecked': withoutRule('LOCK accepts more than 10 seconds', '11.2.9.2.2', {
    enforceLockTime: false,
  }),
  'hid.lock-length-unchecked': withoutRule('LOCK accepts payloads of any length', '11.2.9.2.2', {
    enforceLockLength: false,
  }),
  'hid.wink-length-unchecked': withoutRule('WINK accepts a payload', '11.2.9.2.1', { enforceWinkLength: false }),
};

const contentDefects = {
  'hid.nonce-changed': withContent(
    'The response to INIT has another nonce',
    init,
    editByte('INIT', 0, (byte) => byte ^ 0xff),
  ),
  'hid.init-response-short': withContent(
    'The response to INIT has no capabilities',
    init,
    editMessage('INIT', ({ payload }) => ({ payload: payload.slice(0, capabilitiesAt) })),
  ),
  'hid.reserved-channel-allocated': withContent(
    'INIT allocates the broadcast channel',
    '11.2.3',
    editMessage('INIT', ({ payload }) => ({
      payload: payload.map((byte, index) => (index >= channelAt && index < versionAt ? 0xff : byte)),
    })),
  ),
  'hid.version-unknown': withContent(
    'The response to INIT has the protocol version 1',
    '11.2.7',
    editByte('INIT', versionAt, () => 1),
  ),
  'hid.cbor-denied': withContent(
    'The capabilities do not contain CBOR',
    init,
    editByte('INIT', capabilitiesAt, (byte) => byte & ~0x04),
  ),
  'hid.nmsg-inverted': withContent(
    'The capability NMSG has the opposite value',
    init,
    editByte('INIT', capabilitiesAt, (byte) => byte ^ 0x08),
  ),
  'hid.wink-inverted': withContent(
    'The capability WINK has the opposite value',
    init,
    editByte('INIT', capabilitiesAt, (byte) => byte ^ 0x01),
  ),
  'hid.init-on-new-channel': withContent(
    'INIT is answered on the channel that it allocates',
    init,
    editMessage('INIT', ({ channel, payload }) => ({
      channel: channel === broadcastChannel ? new DataView(payload.buffer).getUint32(channelAt) : channel,
    })),
  ),
  'hid.ping-changed': withContent(
    'PING returns other bytes',
    '11.2.9.1.4',
    editMessage('PING', ({ payload }) => ({ payload: payload.map((byte) => byte ^ 0xff) })),
  ),
  'hid.ping-limited': withContent(
    'PING returns only the first 57 bytes',
    '11.2.9.1.4',
    editMessage('PING', ({ payload }) => ({ payload: payload.slice(0, 57) })),
  ),
  'hid.response-as-msg': withContent(
    'Responses to CBOR are sent as MSG',
    '11.2.9.1.2',
    editMessage('CBOR', () => ({ command: ctapHidCommands.MSG })),
  ),
  'hid.error-undefined': withContent(
    'Errors have the undefined code 0x55',
    '11.2.9.1.6',
    editByte('ERROR', 0, () => 0x55),
  ),
  'hid.error-long': withContent(
    'Errors have two bytes',
    '11.2.9.1.6',
    editMessage('ERROR', ({ payload }) => ({ payload: concat(payload, new Uint8Array(1)) })),
  ),
  'hid.keepalive-undefined': withContent(
    'Keepalives have the undefined status 0x55',
    '11.2.9.1.7',
    editByte('KEEPALIVE', 0, () => 0x55),
  ),
  'hid.keepalive-as-processing': withContent(
    'Keepalives report that the device is processing while it waits for the user',
    '11.2.9.1.7',
    editByte('KEEPALIVE', 0, () => 0x01),
  ),
  'hid.keepalive-long': withContent(
    'Keepalives have two bytes',
    '11.2.9.1.7',
    editMessage('KEEPALIVE', ({ payload }) => ({ payload: concat(payload, new Uint8Array(1)) })),
  ),
  'hid.keepalive-broadcast': withContent(
    'Keepalives are sent on the broadcast channel',
    '11.2.9.1.7',
    editMessage('KEEPALIVE', () => ({ channel: broadcastChannel })),
  ),
  'hid.wink-with-content': withContent(
    'The response to WINK has content',
    '11.2.9.2.1',
    editMessage('WINK', () => ({ payload: new Uint8Array(1) })),
  ),
  'hid.lock-with-content': withContent(
    'The response to LOCK has content',
    '11.2.9.2.2',
    editMessage('LOCK', () => ({ payload: new Uint8Array(1) })),
  ),
};

export const hidDefects = defectsDetectedBy('suite', {
  ...channelDefects,
  ...transactionDefects,
  ...commandDefects,
  ...contentDefects,
});
