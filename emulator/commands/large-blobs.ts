/** authenticatorLargeBlobs (0x0C), CTAP 2.1 section 6.10.2: reads and replaces the large-blob array in fragments. */
import { concat, equal } from '#base/bytes.ts';
import { type CommandRequest, commands, permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Channel } from '../session.ts';
import type { CtapCommand } from './command.ts';
import { commandPrefix, requireToken } from './management-token.ts';
import { isProtected } from './protection.ts';

type Request = CommandRequest<'authenticatorLargeBlobs'>;
type WriteRequest = Request & { set: Uint8Array; offset: number };

/** Section 6.10.2: maxFragmentLength = maxMsgSize - 64. */
const messageOverhead = 64;
const digestLength = 16;

export const largeBlobs: CtapCommand = {
  execute(parameters, { channel }, env) {
    const request = commands.authenticatorLargeBlobs.request.parse(parameters === undefined ? new Map() : parameters);
    const { get, set, offset } = request;
    if (offset === undefined) throw invalid('offset is missing');
    if ((get === undefined) === (set === undefined)) throw invalid('expected either get or set');
    if (get !== undefined)
      return commands.authenticatorLargeBlobs.response.encode({ config: read(request, get, offset, env) });
    write({ ...request, set: set as Uint8Array, offset }, channel, env);
    return undefined;
  },
};

const invalid = (detail: string) => new CtapError('CTAP1_ERR_INVALID_PARAMETER', detail);

function refuseLongFragment(length: number, { persona }: AuthenticatorEnv): void {
  const maxLength = persona.maxMsgSize - messageOverhead;
  if (length > maxLength) throw new CtapError('CTAP1_ERR_INVALID_LENGTH', `${length} bytes, at most ${maxLength}`);
}

function read(request: Request, get: number, offset: number, env: AuthenticatorEnv): Uint8Array {
  if (request.length !== undefined) throw invalid('get does not take a length');
  if (request.pinUvAuthParam || request.pinUvAuthProtocol !== undefined) throw invalid('get does not take a token');
  refuseLongFragment(get, env);
  const { largeBlobArray } = env.state.persistent;
  if (offset > largeBlobArray.length) throw invalid(`offset ${offset} is after the end`);
  return largeBlobArray.slice(offset, offset + get);
}

/** Section 6.10.2, parameter `set`. A first fragment ends an earlier sequence of its channel even if it is refused. */
function write(request: WriteRequest, channel: Channel, env: AuthenticatorEnv): void {
  const { set: fragment, offset } = request;
  refuseLongFragment(fragment.length, env);
  const { largeBlobWrite: sequence } = env.state.volatile;
  const pending = offset === 0 ? beginArray(request, env) : sequence.of(channel);
  if (offset === 0) sequence.end(channel);
  else if (request.length !== undefined) throw invalid('only the first fragment takes a length');
  if (!pending || offset !== pending.received.length)
    throw new CtapError('CTAP1_ERR_INVALID_SEQ', `offset ${offset}, expected ${pending?.received.length ?? 0}`);
  checkToken(request, fragment, offset, env);
  if (offset + fragment.length > pending.expectedLength)
    throw invalid(`more than the ${pending.expectedLength} bytes announced`);
  const received = concat(pending.received, fragment);
  if (received.length < pending.expectedLength) {
    sequence.set(channel, { ...pending, received });
    return;
  }
  sequence.end(channel);
  replaceArray(received, env);
}

const beginArray = (request: Request, env: AuthenticatorEnv) => ({
  expectedLength: checkNewLength(request, env),
  received: new Uint8Array(0),
});

/** Returns the length of the new array. @throws {CtapError} CTAP1_ERR_INVALID_PARAMETER, CTAP2_ERR_LARGE_BLOB_STORAGE_FULL */
function checkNewLength({ length }: Request, { persona }: AuthenticatorEnv): number {
  const capacity = persona.features?.largeBlobs?.maxSerializedLargeBlobArray ?? 0;
  if (length === undefined) throw invalid('the first fragment needs a length');
  if (length > capacity)
    throw new CtapError('CTAP2_ERR_LARGE_BLOB_STORAGE_FULL', `${length} bytes, at most ${capacity}`);
  if (length <= digestLength) throw invalid(`expected a length of at least ${digestLength + 1}, got ${length}`);
  return length;
}

function checkToken(request: Request, fragment: Uint8Array, offset: number, env: AuthenticatorEnv): void {
  if (!isProtected(env) && !env.state.persistent.alwaysUv) return;
  const position = new Uint8Array(4);
  new DataView(position.buffer).setUint32(0, offset, true);
  const message = concat(new Uint8Array([...commandPrefix(0x0c), 0x00]), position, sha256(fragment));
  requireToken(request, message, permissions.lbw, env);
}

/** Replaces the array if the digest of the new one is correct. */
function replaceArray(array: Uint8Array, { state, faultHooks }: AuthenticatorEnv): void {
  const content = array.subarray(0, -digestLength);
  const { comparedDigestBytes: length } = faultHooks.rules;
  if (!equal(sha256(content).subarray(0, length), array.slice(-digestLength).subarray(0, length)))
    throw new CtapError('CTAP2_ERR_INTEGRITY_FAILURE', 'the digest of the array is wrong');
  state.persistent.largeBlobArray = array;
}
