/**
 * The messages between a key server and its clients: JSON texts, with one schema for each direction. Each side treats the
 * other as untrusted: every length and number is bounded, and unknown messages and members are rejected.
 */
import { z } from 'zod';
import { maxPayloadLength } from '#protocol/ctaphid.ts';
import { TransportError, transportErrorKinds } from '#protocol/errors.ts';

/** WebSocket subprotocol; the last part is the version of the messages. */
export const subprotocol = 'touchstone.keys.1';

/** Maximum number of keys of one server. */
export const maxKeys = 64;
const maxTextLength = 300;
/** Length in base64 of the longest CTAP message. */
const maxBase64Length = 4 * Math.ceil(maxPayloadLength / 3);
/** Maximum bytes of one JSON text: a CTAP message and its envelope from clients, the list of all keys from servers. */
export const maxClientMessageBytes = maxBase64Length + 2_048;
export const maxServerMessageBytes = maxKeys * 4_096;

const unprintable = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** Returns `text` as the other side accepts it: truncated, and without characters that control a terminal. */
export const toPrintable = (text: string): string =>
  text.slice(0, maxTextLength).replace(unprintable, '\uFFFD') || '(no text)';

const text = z
  .string()
  .min(1)
  .max(maxTextLength)
  .refine((value) => value.search(unprintable) < 0, 'contains control characters');
const id = z.int().min(0).max(0x7fffffff);
const bytes = z
  .base64()
  .max(maxBase64Length)
  .transform((value) => new Uint8Array(Buffer.from(value, 'base64')))
  .refine(({ length }) => length <= maxPayloadLength, `is longer than ${maxPayloadLength} bytes`);

export const toBase64 = (message: Uint8Array): string => Buffer.from(message).toString('base64');

const transport = z.enum(['usb', 'nfc', 'ble', 'internal', 'hybrid', 'smart-card']);

const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('list'), id }),
  z.strictObject({ type: z.literal('lease'), id, key: text, holder: text }),
  z.strictObject({ type: z.literal('transact'), id, message: bytes }),
  z.strictObject({ type: z.literal('transact-u2f'), id, message: bytes }),
  z.strictObject({ type: z.literal('cancel'), id }),
  z.strictObject({ type: z.literal('release') }),
]);

const remoteKey = z.strictObject({
  id: text,
  label: text,
  lease: z.strictObject({ holder: text, since: z.iso.datetime() }).optional(),
});

/** The kinds of TransportError, and `cancelled`: aborted before the device got the message. */
const errorKinds = [...transportErrorKinds, 'cancelled'] as const;

const serverMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('keys'), id, keys: z.array(remoteKey).max(maxKeys) }),
  z.strictObject({
    type: z.literal('leased'),
    id,
    transport,
    capabilities: z.strictObject({ wink: z.boolean(), cbor: z.boolean(), nmsg: z.boolean() }),
  }),
  z.strictObject({ type: z.literal('keepalive'), id, state: z.enum(['processing', 'upneeded']) }),
  z.strictObject({ type: z.literal('answer'), id, message: bytes }),
  z.strictObject({ type: z.literal('error'), id, kind: z.enum(errorKinds), message: text }),
  /** The lease and the connection have ended. This message answers no request. */
  z.strictObject({ type: z.literal('ended'), message: text }),
]);

/** Messages as parsed. */
export type ClientMessage = z.output<typeof clientMessage>;
export type ServerMessage = z.output<typeof serverMessage>;
/** Messages as JSON: bytes are base64. */
export type ClientMessageJson = z.input<typeof clientMessage>;
export type ServerMessageJson = z.input<typeof serverMessage>;

/** A key of a key server, with its lease. */
export type RemoteKey = z.output<typeof remoteKey>;

export const parseClientMessage = (json: string): ClientMessage => parse(clientMessage, json);
export const parseServerMessage = (json: string): ServerMessage => parse(serverMessage, json);

/** @throws {TransportError} `framing` */
function parse<T>(schema: z.ZodType<T>, json: string): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new TransportError('framing', 'Expected JSON from the other side', { cause });
  }
  const { data, error } = schema.safeParse(value);
  if (error) {
    const [issue] = error.issues;
    const path = issue?.path.join('.') || 'message';
    const problem = toPrintable(`${path}: ${issue?.message}`); // may quote the received text
    throw new TransportError('framing', `Malformed message from the other side: ${problem}`);
  }
  return data;
}
