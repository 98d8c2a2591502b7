/** What the options of both ceremonies have in common: status, challenge, timeout and extensions. */
import { toBase64url } from '#base/bytes.ts';
import type { ApiVisit } from '../conformance-api/api-case.ts';
import type { ApiAnswer, ApiPath, Json } from '../conformance-api/client.ts';
import { changeAnswer, readMembers } from '../conformance-api/edits.ts';
import { expectOptions } from '../conformance-api/options.ts';
import { describeSuccess } from './api-answers.ts';
import { type ApiRows, answers, compareValue, expectThat, type Proven, readBase64url } from './define-api.ts';

/** Asks for options, for one user in one session; `members` are added to the request. */
type AskForOptions = (members?: Json) => Promise<ApiAnswer>;

/** A request for options of one ceremony. */
export interface OptionsRequest {
  path: ApiPath;
  open(visit: ApiVisit): Promise<AskForOptions>;
}

export const forRegistration: OptionsRequest = {
  path: 'attestation/options',
  async open(visit) {
    const user = visit.openUser();
    return (members) => user.requestRegistration(members);
  },
};

export const forSignIn: OptionsRequest = {
  path: 'assertion/options',
  async open(visit) {
    const user = visit.openUser();
    await user.register();
    return (members) => user.requestSignIn(members);
  },
};

/** A check of the options of one request, and a defect that changes them. */
export const inOptions = (
  { path, open }: OptionsRequest,
  find: (options: Json) => string | undefined,
  change: (body: Json) => Json,
  members?: Json,
): Proven => ({
  check: async (visit) => find(expectOptions(await (await open(visit))(members))),
  defect: changeAnswer(path, change),
});

const answerRows = ({ path, open }: OptionsRequest): ApiRows =>
  describeSuccess(path, (find) => async (visit) => find(await (await open(visit))()));

const ofLength = (length: number): string => toBase64url(Buffer.alloc(length, 0x5a));
const bytesOf = ({ challenge }: Json): Uint8Array | undefined => readBase64url(challenge);

/** How many challenges are compared. */
const sampleSize = 8;

/** Asks several times. Returns the challenges. */
async function readChallenges({ open }: OptionsRequest, visit: ApiVisit): Promise<Uint8Array[]> {
  const ask = await open(visit);
  const challenges: Uint8Array[] = [];
  for (let count = 0; count < sampleSize; count += 1)
    challenges.push(bytesOf(expectOptions(await ask())) ?? new Uint8Array());
  return challenges;
}

/** Returns at how many positions the bytes are not all equal. */
function countVarying(all: readonly Uint8Array[]): number {
  const [first = new Uint8Array(), ...others] = all;
  return [...first].filter((byte, position) => others.some((other) => other[position] !== byte)).length;
}

/** Challenges of 32 bytes that differ only in the last bytes, like a counter or a clock. */
function countUp(): (body: Json) => Json {
  let counter = 0;
  return (body) => {
    counter += 1;
    const bytes = Buffer.alloc(32);
    bytes.writeUInt32BE(counter, 28);
    return { ...body, challenge: toBase64url(bytes) };
  };
}

const randomnessRows = (request: OptionsRequest): ApiRows => ({
  'challenge.new': answers('options.challenge-random', 'Each request gets another challenge', {
    async check(visit) {
      const challenges = (await readChallenges(request, visit)).map(toBase64url);
      return expectThat(new Set(challenges).size === sampleSize, `${sampleSize} different challenges`, challenges);
    },
    defect: changeAnswer(request.path, (body) => ({ ...body, challenge: ofLength(32) })),
  }),
  'challenge.random': answers(
    'options.challenge-random',
    'At least 16 bytes of the challenge change with each request',
    {
      async check(visit) {
        const challenges = await readChallenges(request, visit);
        const varying = countVarying(challenges);
        return expectThat(varying >= 16, 'at least 16 bytes that differ between the challenges', varying);
      },
      defect: changeAnswer(request.path, countUp()),
    },
  ),
});

const challengeRows = (request: OptionsRequest): ApiRows => ({
  'challenge.base64url': answers(
    'options.challenge',
    'challenge is base64url without padding',
    inOptions(
      request,
      (options) => expectThat(bytesOf(options) !== undefined, 'base64url in challenge', options.challenge),
      (body) => ({ ...body, challenge: `${ofLength(16)}==` }),
    ),
  ),
  'challenge.minimum': answers(
    'options.challenge-random',
    'challenge has at least 16 bytes',
    inOptions(
      request,
      (options) => expectThat((bytesOf(options)?.length ?? 0) >= 16, 'at least 16 bytes', options.challenge),
      (body) => ({ ...body, challenge: ofLength(15) }),
    ),
  ),
  'challenge.maximum': answers(
    'options.challenge',
    'challenge has at most 64 bytes',
    inOptions(
      request,
      (options) => expectThat((bytesOf(options)?.length ?? 65) <= 64, 'at most 64 bytes', options.challenge),
      (body) => ({ ...body, challenge: ofLength(65) }),
    ),
  ),
});

const isUnsignedLong = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 32;

/** Requested extensions. A server need not support any of them. */
const requestedExtensions = { 'example.extension': 'text', 'example.other': { list: [1, true, null] } };

const memberRows = (request: OptionsRequest): ApiRows => ({
  timeout: answers(
    'options.timeout',
    'timeout is absent or a whole number of milliseconds',
    inOptions(
      request,
      ({ timeout }) =>
        expectThat(timeout === undefined || isUnsignedLong(timeout), 'an unsigned long in timeout', timeout),
      (body) => ({ ...body, timeout: '60000' }),
    ),
  ),
  'extensions.requested': answers('options.extensions', 'extensions has the extensions of the request', {
    ...inOptions(
      request,
      ({ extensions }) => compareExtensions(extensions),
      (body) => ({ ...body, extensions: {} }),
      { extensions: requestedExtensions },
    ),
  }),
  'request.member-unknown': answers('api.request', 'The request has an unknown member', {
    check: async (visit) => findNoOptions(await (await request.open(visit))({ unknownMember: [1] })),
    defect: (send) => async (sent) =>
      sent.path === request.path && 'unknownMember' in readMembers(sent.body)
        ? { status: 400, contentType: '', body: {} }
        : send(sent),
  }),
});

function compareExtensions(found: unknown): string | undefined {
  const echoed = Object.keys(requestedExtensions).map((name) => [name, (found as Json | undefined)?.[name]]);
  return compareValue('extensions', Object.fromEntries(echoed), requestedExtensions);
}

const findNoOptions = ({ status, body }: ApiAnswer): string | undefined =>
  expectThat(body?.status === 'ok', 'options', { status, ...body });

/** Returns the rows of both ceremonies for one of them. */
export const optionsRows = (request: OptionsRequest): ApiRows => ({
  ...answerRows(request),
  ...challengeRows(request),
  ...randomnessRows(request),
  ...memberRows(request),
});
