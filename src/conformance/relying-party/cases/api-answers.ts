/** The form of answers, which is the same for all requests of the conformance API: its dictionary ServerResponse. */
import { UnavailableError } from '#base/errors.ts';
import type { ApiCheck } from '../conformance-api/api-case.ts';
import type { ApiAnswer, ApiPath } from '../conformance-api/client.ts';
import { changeResponse } from '../conformance-api/edits.ts';
import { type ApiRows, answers, compareValue, expectThat, isSuccess } from './define-api.ts';

/** Returns what is wrong with an answer. */
export type FindInAnswer = (answer: ApiAnswer) => string | undefined;

const isJson = (contentType: string): boolean => /^application\/json\s*(;|$)/i.test(contentType);
const expectJson = ({ contentType }: ApiAnswer): string | undefined =>
  expectThat(isJson(contentType), 'application/json as content type', contentType);

/** @throws {UnavailableError} if the server refuses the valid request, so that there is no answer to look at. */
const ofSuccess =
  (find: FindInAnswer): FindInAnswer =>
  (answer) => {
    const { status, body } = answer;
    if (body?.status !== 'failed') return find(answer);
    throw new UnavailableError(`The server refuses a valid request: HTTP ${status} ${String(body.errorMessage)}`);
  };

/** Rows about the answer to a valid request that `toCheck` makes. */
export const describeSuccess = (path: ApiPath, toCheck: (find: FindInAnswer) => ApiCheck): ApiRows => ({
  'answer.http': answers('api.answer', 'The HTTP status is 200', {
    check: toCheck(ofSuccess(({ status }) => compareValue('the HTTP status', status, 200))),
    defect: changeResponse(path, 'ok', (answer) => ({ ...answer, status: 201 })),
  }),
  'answer.content-type': answers('api.answer', 'The content type is application/json', {
    check: toCheck(ofSuccess(expectJson)),
    defect: changeResponse(path, 'ok', (answer) => ({ ...answer, contentType: 'text/html' })),
  }),
  'answer.status': answers('api.answer', 'status is ok', {
    check: toCheck(ofSuccess(({ body }) => compareValue('status', body?.status, 'ok'))),
    defect: changeResponse(path, 'ok', (answer) => ({ ...answer, body: { ...answer.body, status: 'success' } })),
  }),
  'answer.error-message': answers('api.answer', 'errorMessage is empty text', {
    check: toCheck(ofSuccess(({ body }) => compareValue('errorMessage', body?.errorMessage, ''))),
    defect: changeResponse(path, 'ok', (answer) => ({ ...answer, body: { ...answer.body, errorMessage: undefined } })),
  }),
});

/** @throws {UnavailableError} if the server accepts the request, so that there is no refusal to look at. */
const ofRefusal =
  (find: FindInAnswer): FindInAnswer =>
  (answer) => {
    if (!isSuccess(answer)) return find(answer);
    throw new UnavailableError(
      'The server accepts a request that is not valid, so that there is no refusal to look at',
    );
  };

/** Rows about the answer to a request that `toCheck` makes, and which the server refuses. */
export const describeFailures = (path: ApiPath, toCheck: (find: FindInAnswer) => ApiCheck): ApiRows => ({
  'failure.http': answers('api.failure', 'A refusal has HTTP status 4xx', {
    check: toCheck(ofRefusal(({ status }) => expectThat(status >= 400 && status < 500, 'HTTP status 4xx', status))),
    defect: changeResponse(path, 'failed', (answer) => ({ ...answer, status: 200 })),
  }),
  'failure.content-type': answers('api.failure', 'A refusal has the content type application/json', {
    check: toCheck(ofRefusal(expectJson)),
    defect: changeResponse(path, 'failed', (answer) => ({ ...answer, contentType: 'text/plain' })),
  }),
  'failure.status': answers('api.failure', 'The status of a refusal is failed', {
    check: toCheck(ofRefusal(({ body }) => compareValue('status', body?.status, 'failed'))),
    defect: changeResponse(path, 'failed', (answer) => ({ ...answer, body: { ...answer.body, status: 'error' } })),
  }),
  'failure.error-message': answers('api.failure', 'A refusal has text in errorMessage', {
    check: toCheck(
      ofRefusal(({ body }) =>
        expectThat(typeof body?.errorMessage === 'string' && body.errorMessage !== '', 'text in errorMessage', body),
      ),
    ),
    defect: changeResponse(path, 'failed', (answer) => ({ ...answer, body: { ...answer.body, errorMessage: '' } })),
  }),
});
