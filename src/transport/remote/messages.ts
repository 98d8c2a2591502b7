/**
 * The language between the machine that lends its keys and the machine that tests: JSON texts, one schema for each side.
 * Each side takes the other for hostile, so every length and number has a bound and nothing unknown is let through.
 */
import { z } from 'zod';
import { maxPayloadLength } from '#protocol/ctaphid.ts';
import { TransportError, transportErrorKinds } from '#protocol/errors.ts';

/** WebSocket subprotocol; its last part is the version of this language. */
export const subprotocol = 'touchstone.keys.1';

/** A server lends no more keys than this. */
export const mostKeys = 64;
const longestText = 300;
/** A CTAP message of the greatest length in base64. */
const longestBase64 = 4 * Math.ceil(maxPayloadLength / 3);
/** What either side may say at once, in bytes of JSON: a CTAP message and its envelope; the list of all keys. */
export const mostClientBytes = longestBase64 + 2_048;
export const mostServerBytes = mostKeys * 4_096;

const unprintable = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** `text` as the other side accepts it: cut, and without what could steer a terminal. */
export const toPrintable = (text: string): string =>
  text.slice(0, longestText).replace(unprintable, '\uFFFD') || '(no text)';

const text = z
  .string()
  .min(1)
  .max(longestText)
  .refine((value) => value.search(unprintable) < 0, 'holds control characters');
const id = z.int().min(0).max(0x7fffffff);
const bytes = z
  .base64()
  .max(longestBase64)
  .transform((value) => new Uint8Array(Buffer.from(value, 'base64')))
  .refine(({ length }) => length <= maxPayloadLength, `is longer than ${maxPayloadLength} bytes`);

export const toBase64 = (message: Uint8Array): string => Buffer.from(message).toString('base64');

const transport = z.enum(['usb', 'nfc', 'ble', 'internal', 'hybrid', 'smart-card']);

const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('list'), id }),
  z.strictObject({ type: z.literal('lease'), id, key: text, holder: text }),
  z.strictObject({ type: z.literal('transact'), id, message: bytes }),
  z.strictObject({ type: z.literal('cancel'), id }),
  z.strictObject({ type: z.literal('release') }),
]);

const lentKey = z.strictObject({
  id: text,
  label: text,
  lease: z.strictObject({ holder: text, since: z.iso.datetime() }).optional(),
});

/** `cancelled`: aborted before the device had the message. The others are those of TransportError. */
const errorKinds = [...transportErrorKinds, 'cancelled'] as const;

const serverMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('keys'), id, keys: z.array(lentKey).max(mostKeys) }),
  z.strictObject({
    type: z.literal('leased'),
    id,
    transport,
    capabilities: z.strictObject({ wink: z.boolean(), cbor: z.boolean(), nmsg: z.boolean() }),
  }),
  z.strictObject({ type: z.literal('keepalive'), id, state: z.enum(['processing', 'upneeded']) }),
  z.strictObject({ type: z.literal('answer'), id, message: bytes }),
  z.strictObject({ type: z.literal('error'), id, kind: z.enum(errorKinds), message: text }),
  /** The lease and the connection are over; no answer to anything. */
  z.strictObject({ type: z.literal('ended'), message: text }),
]);

/** As read. */
export type ClientMessage = z.output<typeof clientMessage>;
export type ServerMessage = z.output<typeof serverMessage>;
/** As sent: bytes are base64. */
export type ClientSays = z.input<typeof clientMessage>;
export type ServerSays = z.input<typeof serverMessage>;

/** A key that a server lends, and who has it. */
export type RemoteKey = z.output<typeof lentKey>;

export const readClientMessage = (json: string): ClientMessage => read(clientMessage, json);
export const readServerMessage = (json: string): ServerMessage => read(serverMessage, json);

/** @throws {TransportError} `framing` */
function read<T>(schema: z.ZodType<T>, json: string): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new TransportError('framing', 'the other side sent what is no JSON', { cause });
  }
  const { data, error } = schema.safeParse(value);
  if (error) {
    const [issue] = error.issues;
    const where = issue?.path.join('.') || 'the message';
    const problem = toPrintable(`${where}: ${issue?.message}`); // may repeat what was sent
    throw new TransportError('framing', `the other side sent what is no message: ${problem}`);
  }
  return data;
}
