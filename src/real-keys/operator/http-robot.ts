/** A robot or USB hub behind HTTP. `docs/operator.openapi.yaml` describes the request and the answers. */
import { UnavailableError } from '#base/errors.ts';
import type { ManualAction, ManualActionRequest } from '#scenario/parties/operator.ts';
import type { SendToRobot } from './robot-operator.ts';

/** Body of the HTTP request. */
export interface RobotRequestBody {
  handling: ManualAction;
  key: ManualActionRequest['key'];
  patienceMs: number;
}

/** Characters of an error response that are kept for the message. */
const maxErrorLength = 2000;

export const httpRobot =
  (url: string): SendToRobot =>
  async ({ action, key, timeoutMs }, signal) => {
    const body: RobotRequestBody = { handling: action, key, patienceMs: timeoutMs };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal,
    }).catch((cause: Error) => {
      signal.throwIfAborted();
      throw new UnavailableError(`Cannot reach the operator at ${url}: ${reasonOf(cause)}`, { cause });
    });
    if (response.ok) return void (await response.body?.cancel());
    const text = await readBeginning(response).catch(() => '');
    signal.throwIfAborted();
    throw new UnavailableError(
      `The operator at ${url} answered ${action} with ${response.status}${text && `: ${text}`}`,
    );
  };

/** The message of a failed `fetch` contains no reason; the message of its cause does. */
function reasonOf({ message, cause }: Error): string {
  if (!(cause instanceof Error)) return message;
  return cause.message || (cause as NodeJS.ErrnoException).code || message;
}

async function readBeginning({ body }: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxErrorLength) break;
  }
  return text.slice(0, maxErrorLength).trim();
}
