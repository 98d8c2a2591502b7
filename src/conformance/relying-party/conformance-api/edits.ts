/** Builds the defects that prove the cases of the conformance API: each makes a conforming API do one thing wrong. */
import { isObject } from '#base/json.ts';
import type { ApiDefect } from './api-case.ts';
import type { ApiAnswer, ApiPath, ApiRequest, Json } from './client.ts';

/** Changes the answers of a request that succeeded. */
export const changeAnswer =
  (path: ApiPath, change: (body: Json, request: ApiRequest) => Json): ApiDefect =>
  (send) =>
  async (request) => {
    const answer = await send(request);
    if (request.path !== path || answer.body?.status !== 'ok') return answer;
    return { ...answer, body: change(answer.body, request) };
  };

/** Changes HTTP status, content type or body of answers with this status. */
export const changeResponse =
  (path: ApiPath, status: 'ok' | 'failed', change: (answer: ApiAnswer) => ApiAnswer): ApiDefect =>
  (send) =>
  async (request) => {
    const answer = await send(request);
    return request.path === path && answer.body?.status === status ? change(answer) : answer;
  };

const success: ApiAnswer = {
  status: 200,
  contentType: 'application/json',
  body: { status: 'ok', errorMessage: '', challenge: 'AAAAAAAAAAAAAAAAAAAAAA' },
};

/** Answers as if the request had succeeded, where `isConcerned`. */
export const acceptWhere =
  (path: ApiPath, isConcerned: (request: ApiRequest) => boolean): ApiDefect =>
  (send) =>
  async (request) =>
    request.path === path && isConcerned(request) ? success : send(request);

/** Answers with this HTTP status, where `isConcerned`. */
export const answerWith =
  (path: ApiPath, status: number, isConcerned: (request: ApiRequest) => boolean = () => true): ApiDefect =>
  (send) =>
  async (request) =>
    request.path === path && isConcerned(request)
      ? { status, contentType: 'application/json', body: { status: 'failed', errorMessage: 'No' } }
      : send(request);

/** Gives a request another content, before the API gets it. */
export const changeRequest =
  (path: ApiPath, change: (request: ApiRequest) => ApiRequest): ApiDefect =>
  (send) =>
  (request) =>
    send(request.path === path ? change(request) : request);

/** Returns the members of the object in a body; none if it is something else. */
export const readMembers = (text: string): Json => readObject(text) ?? {};

/** Returns the object in a body, or undefined if it is something else. */
export function readObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
