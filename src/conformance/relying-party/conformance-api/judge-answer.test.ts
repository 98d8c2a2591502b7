import { expect, it } from 'vitest';
import { judgeAnswer } from './judge-answer.ts';

const json = (status: number, body: Record<string, unknown>) => ({ status, contentType: 'application/json', body });
const page = (status: number) => ({ status, contentType: 'text/html', body: undefined });

it.each([
  ['HTTP 200 with the status ok', json(200, { status: 'ok' }), 'accepted'],
  ['HTTP 200 with the status failed', json(200, { status: 'failed' }), 'refused'],
  ['HTTP 400 with the status failed', json(400, { status: 'failed' }), 'refused'],
  ['HTTP 400 with the page of a framework', page(400), 'refused'],
  ['HTTP 404 for an unknown credential', json(404, { status: 'failed' }), 'refused'],
  ['HTTP 500', json(500, { status: 'failed' }), 'crashed'],
  ['HTTP 503 with the status ok', json(503, { status: 'ok' }), 'crashed'],
])('judges %s', (_, answer, kind) => {
  expect(judgeAnswer(answer)).toEqual({ kind });
});

it.each([
  ['a page', page(200), 'HTTP 200 without a JSON object (text/html)'],
  ['no content', { status: 204, contentType: '', body: undefined }, 'HTTP 204 without a JSON object'],
  ['a redirect', page(302), 'HTTP 302 without a JSON object (text/html)'],
  ['an address that the server does not have', page(404), 'HTTP 404 without a JSON object (text/html)'],
  ['another status', json(200, { status: 'success' }), 'HTTP 200 with the status "success"'],
  ['JSON without a status', json(200, {}), 'HTTP 200 with the status missing'],
  ['a refusal that says ok', json(400, { status: 'ok' }), 'HTTP 400 with the status "ok"'],
])('finds neither an acceptance nor a refusal in %s', (_, answer, found) => {
  expect(judgeAnswer(answer)).toEqual({ kind: 'unclear', found });
});
