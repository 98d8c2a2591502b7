/** Valid requests of authenticatorClientPIN, CTAP 2.1 section 6.5.5. */
import { concat, utf8 } from '#base/bytes.ts';
import type { PinUvAuthSession } from '#client/pin-protocol.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { type ClientPinSubCommand, clientPinSubCommands, permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { checkSuccess, readUnsigned } from './checks.ts';
import type { Exchange } from './exchange.ts';
import { openPinSession, otherPin, protocolOf, suitePin } from './pin.ts';
import type { TestContext } from './test-context.ts';

/** The keys of a clientPIN request. */
export const cp = {
  pinUvAuthProtocol: 0x01,
  subCommand: 0x02,
  keyAgreement: 0x03,
  pinUvAuthParam: 0x04,
  newPinEnc: 0x05,
  pinHashEnc: 0x06,
  permissions: 0x09,
  rpId: 0x0a,
} as const;

const message = (subCommand: ClientPinSubCommand, entries: [CborKey, CborValue][]): CborMap =>
  new Map<CborKey, CborValue>([[cp.subCommand, clientPinSubCommands[subCommand]], ...entries]);

/** The first 16 bytes of the SHA-256 of a PIN. */
const hashOfPin = (pin: string): Uint8Array => sha256(pin).slice(0, 16);

/** Returns a PIN padded with zeros. */
export function padPin(pin: Uint8Array | string, length = 64): Uint8Array {
  const padded = new Uint8Array(length);
  padded.set(typeof pin === 'string' ? utf8(pin) : pin);
  return padded;
}

/** A request that only reads. */
export const buildReading = (context: TestContext, subCommand: ClientPinSubCommand): CborMap =>
  message(subCommand, [[cp.pinUvAuthProtocol, protocolOf(context).version]]);

const common = (session: PinUvAuthSession): [CborKey, CborValue][] => [
  [cp.pinUvAuthProtocol, session.protocol.version],
  [cp.keyAgreement, session.keyAgreement],
];

/** `padded` is the new PIN, padded. */
export async function buildSetPin(context: TestContext, padded = padPin(suitePin)): Promise<CborMap> {
  const session = await openPinSession(context);
  const newPinEnc = session.encrypt(padded);
  return message('setPIN', [
    ...common(session),
    [cp.pinUvAuthParam, session.authenticate(newPinEnc)],
    [cp.newPinEnc, newPinEnc],
  ]);
}

export interface ChangePinOptions {
  current?: string;
  /** Padded. */
  next?: Uint8Array;
}

export async function buildChangePin(context: TestContext, options: ChangePinOptions = {}): Promise<CborMap> {
  const { current = suitePin, next = padPin(otherPin) } = options;
  const session = await openPinSession(context);
  const newPinEnc = session.encrypt(next);
  const pinHashEnc = session.encrypt(hashOfPin(current));
  return message('changePIN', [
    ...common(session),
    [cp.pinUvAuthParam, session.authenticate(concat(newPinEnc, pinHashEnc))],
    [cp.newPinEnc, newPinEnc],
    [cp.pinHashEnc, pinHashEnc],
  ]);
}

export const buildGetPinToken = (context: TestContext, pin = suitePin): Promise<CborMap> =>
  buildGetPinTokenWith(context, hashOfPin(pin));

/** Only the last byte of the hash is wrong. */
export const buildAlmostRightPin = (context: TestContext): Promise<CborMap> =>
  buildGetPinTokenWith(
    context,
    hashOfPin(suitePin).map((byte, index) => (index === 15 ? byte ^ 0x01 : byte)),
  );

async function buildGetPinTokenWith(context: TestContext, pinHash: Uint8Array): Promise<CborMap> {
  const session = await openPinSession(context);
  return message('getPinToken', [...common(session), [cp.pinHashEnc, session.encrypt(pinHash)]]);
}

export interface TokenRequest {
  pin?: string;
  /** A bit field; default: mc and ga. */
  permissions?: number;
  /** Undefined: a request without rpId. */
  rpId?: string | undefined;
}

export async function buildGetToken(context: TestContext, request: TokenRequest = {}): Promise<CborMap> {
  const session = await openPinSession(context);
  const rpId = 'rpId' in request ? request.rpId : context.rpId;
  return message('getPinUvAuthTokenUsingPinWithPermissions', [
    ...common(session),
    [cp.pinHashEnc, session.encrypt(hashOfPin(request.pin ?? suitePin))],
    [cp.permissions, request.permissions ?? permissions.mc | permissions.ga],
    ...(rpId === undefined ? [] : [[cp.rpId, rpId] as [CborKey, CborValue]]),
  ]);
}

export async function buildGetUvToken(context: TestContext, request: TokenRequest = {}): Promise<CborMap> {
  const session = await openPinSession(context);
  const rpId = 'rpId' in request ? request.rpId : context.rpId;
  return message('getPinUvAuthTokenUsingUvWithPermissions', [
    ...common(session),
    [cp.permissions, request.permissions ?? permissions.mc | permissions.ga],
    ...(rpId === undefined ? [] : [[cp.rpId, rpId] as [CborKey, CborValue]]),
  ]);
}

export const sendClientPin = (context: TestContext, request: CborMap): Promise<Exchange> =>
  context.send('authenticatorClientPIN', request);

/** Sends a wrong PIN, and returns how it was refused. */
export const enterWrongPin = async (context: TestContext): Promise<Exchange> =>
  sendClientPin(context, await buildGetPinToken(context, 'wrong-pin'));

/** Reads the retries that are left with getPINRetries, section 6.5.5.2. */
export async function readPinRetries(context: TestContext): Promise<number> {
  const members = checkSuccess(await sendClientPin(context, buildReading(context, 'getPINRetries')));
  return readUnsigned(members, 0x03, 'pinRetries');
}
