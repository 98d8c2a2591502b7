/** Reads the options in answers of the conformance API. */
import { UnavailableError } from '#base/errors.ts';
import type { ApiAnswer, ConformanceApi, Json } from './client.ts';
import { judgeAnswer } from './judge-answer.ts';

/** Returns the options. @throws {UnavailableError} if the answer has none. */
export function expectOptions(answer: ApiAnswer): Json {
  const { status, body = {} } = answer;
  const judgement = judgeAnswer(answer);
  if (judgement.kind === 'unclear') throw new UnavailableError(`The server gives no options: ${judgement.found}`);
  if (judgement.kind !== 'accepted')
    throw new UnavailableError(`The server gives no options: ${`HTTP ${status} ${readMessage(body)}`.trim()}`);
  if (typeof body.challenge === 'string') return body;
  throw new UnavailableError(`Expected text in challenge of the options, got ${show(body.challenge)}`);
}

/** Returns options for a registration. @throws {UnavailableError} if the answer has none, or none that a client can use. */
export function expectCreationOptions(answer: ApiAnswer): Json {
  const options = expectOptions(answer);
  const user = options.user as Json | null | undefined;
  if (typeof user?.id === 'string') return options;
  throw new UnavailableError(`Expected text in user.id of the options, got ${show(user?.id)}`);
}

/** Returns `errorMessage` of an answer; empty if it is no text. */
export const readMessage = ({ errorMessage }: Json): string => (typeof errorMessage === 'string' ? errorMessage : '');

/** Returns `rp.id` of options for a registration; without it, a client takes the domain of the page. */
export function readRpId({ rp }: Json, { origin }: Pick<ConformanceApi, 'origin'>): string {
  const id = (rp as Json | null | undefined)?.id;
  return typeof id === 'string' ? id : new URL(origin).hostname;
}

/** Returns `user.id` of options for a registration. */
export const readUserHandle = ({ user }: Json): string => String((user as Json).id);

/** Returns the algorithms that the server requests; undefined if the options name none, so that they are not known. */
export function readAlgorithms({ pubKeyCredParams }: Json): number[] | undefined {
  if (!Array.isArray(pubKeyCredParams)) return undefined;
  const named = pubKeyCredParams.flatMap((entry: Json | null) => (typeof entry?.alg === 'number' ? [entry.alg] : []));
  return named.length > 0 ? named : undefined;
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
