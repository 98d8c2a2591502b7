/** The verdict in an answer of the conformance API to a response: accepted, refused, crashed, or none of them. */
import type { ApiAnswer } from './client.ts';

export type Judgement =
  | { kind: 'accepted' | 'refused' | 'crashed' }
  /** Neither an acceptance nor a refusal: it is no verdict on the response. */
  | { kind: 'unclear'; found: string };

/** Without the JSON of the API, the server does not have the request. */
const absent: readonly number[] = [404, 405, 410];

/** Returns the verdict in the answer. */
export function judgeAnswer(answer: ApiAnswer): Judgement {
  const { status, body } = answer;
  if (status >= 500) return { kind: 'crashed' };
  if (status >= 400) return judgeError(answer);
  if (status < 300 && body?.status === 'ok') return { kind: 'accepted' };
  if (status < 300 && body?.status === 'failed') return { kind: 'refused' };
  return { kind: 'unclear', found: describeAnswer(answer) };
}

function judgeError(answer: ApiAnswer): Judgement {
  const { status, body } = answer;
  const isUnclear = body?.status === 'ok' || (absent.includes(status) && body?.status !== 'failed');
  return isUnclear ? { kind: 'unclear', found: describeAnswer(answer) } : { kind: 'refused' };
}

/** Text of another kind than JSON is not shown: it may be a whole page. */
const describeAnswer = ({ status, contentType, body }: ApiAnswer): string =>
  body
    ? `HTTP ${status} with the status ${JSON.stringify(body.status) ?? 'missing'}`
    : `HTTP ${status} without a JSON object${contentType && ` (${contentType})`}`;
