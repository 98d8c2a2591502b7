/** authenticatorLargeBlobs (0x0C), CTAP 2.1 section 6.10.2: one array of bytes, read and replaced in fragments. */
import { concat, equal } from '#base/bytes.ts';
import { type CommandRequest, commands, permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { CtapCommand } from './command.ts';
import { commandPrefix, requireToken } from './management-token.ts';
import { isProtected } from './user-verification.ts';

type Request = CommandRequest<'authenticatorLargeBlobs'>;

/** Of the message around a fragment, section 6.10.2: maxFragmentLength = maxMsgSize - 64. */
const overhead = 64;
const digestLength = 16;

export const largeBlobs: CtapCommand = {
  execute(parameters, _session, env) {
    const request = commands.authenticatorLargeBlobs.request.parse(parameters ?? new Map());
    const { get, set, offset } = request;
    if (offset === undefined) throw invalid('offset is missing');
    if ((get === undefined) === (set === undefined)) throw invalid('either get or set is wanted');
    if (get !== undefined)
      return commands.authenticatorLargeBlobs.response.encode({ config: read(request, get, offset, env) });
    write(request, set as Uint8Array, offset, env);
    return undefined;
  },
};

const invalid = (detail: string) => new CtapError('CTAP1_ERR_INVALID_PARAMETER', detail);

function refuseLongFragment(length: number, { persona }: AuthenticatorEnv): void {
  const most = persona.maxMsgSize - overhead;
  if (length > most) throw new CtapError('CTAP1_ERR_INVALID_LENGTH', `${length} bytes, at most ${most}`);
}

function read(request: Request, get: number, offset: number, env: AuthenticatorEnv): Uint8Array {
  if (request.length !== undefined) throw invalid('get has no length');
  if (request.pinUvAuthParam || request.pinUvAuthProtocol !== undefined) throw invalid('get needs no token');
  refuseLongFragment(get, env);
  const { largeBlobArray } = env.state.persistent;
  if (offset > largeBlobArray.length) throw invalid(`offset ${offset} is behind the end`);
  return largeBlobArray.slice(offset, offset + get);
}

function write(request: Request, fragment: Uint8Array, offset: number, env: AuthenticatorEnv): void {
  refuseLongFragment(fragment.length, env);
  const { volatile } = env.state;
  const expectedLength = offset === 0 ? newLength(request, env) : volatile.largeBlobWrite?.expectedLength;
  if (offset !== 0 && request.length !== undefined) throw invalid('only the first fragment has a length');
  const received = offset === 0 ? new Uint8Array(0) : volatile.largeBlobWrite?.received;
  if (!received || expectedLength === undefined || offset !== received.length)
    throw new CtapError('CTAP1_ERR_INVALID_SEQ', `offset ${offset}, expected ${received?.length ?? 0}`);
  authorise(request, fragment, offset, env);
  if (offset + fragment.length > expectedLength) throw invalid(`more than the ${expectedLength} bytes announced`);
  const written = { expectedLength, received: concat(received, fragment) };
  volatile.largeBlobWrite = written;
  if (written.received.length === expectedLength) commit(written.received, env);
}

/** @throws {CtapError} CTAP1_ERR_INVALID_PARAMETER, CTAP2_ERR_LARGE_BLOB_STORAGE_FULL */
function newLength({ length }: Request, { persona }: AuthenticatorEnv): number {
  const capacity = persona.features?.largeBlobs?.maxSerializedLargeBlobArray ?? 0;
  if (length === undefined) throw invalid('the first fragment needs a length');
  if (length > capacity)
    throw new CtapError('CTAP2_ERR_LARGE_BLOB_STORAGE_FULL', `${length} bytes, at most ${capacity}`);
  if (length <= digestLength) throw invalid(`length ${length}: at least ${digestLength + 1} are wanted`);
  return length;
}

function authorise(request: Request, fragment: Uint8Array, offset: number, env: AuthenticatorEnv): void {
  if (!isProtected(env) && !env.state.persistent.alwaysUv) return;
  const position = new Uint8Array(4);
  new DataView(position.buffer).setUint32(0, offset, true);
  const message = concat(new Uint8Array([...commandPrefix(0x0c), 0x00]), position, sha256(fragment));
  requireToken(request, message, permissions.lbw, env);
}

/** The old array stays until the new one is whole and its digest fits. */
function commit(array: Uint8Array, { state }: AuthenticatorEnv): void {
  state.volatile.largeBlobWrite = undefined;
  const content = array.subarray(0, -digestLength);
  if (!equal(sha256(content).subarray(0, digestLength), array.subarray(-digestLength)))
    throw new CtapError('CTAP2_ERR_INTEGRITY_FAILURE', 'the digest does not fit the array');
  state.persistent.largeBlobArray = array;
}
