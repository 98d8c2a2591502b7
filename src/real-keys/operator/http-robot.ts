/** A robot or a hub behind HTTP: `docs/operator.openapi.yaml` says what is sent to it and what it may answer. */
import { UnavailableError } from '#base/errors.ts';
import type { TellRobot } from './robot.ts';

/** What is kept of a refusal, for the message. */
const longestRefusal = 2000;

export const httpRobot =
  (url: string): TellRobot =>
  async ({ handling, key, patienceMs }, signal) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ handling, key, patienceMs }),
      redirect: 'manual',
      signal,
    }).catch((cause: Error) => {
      signal.throwIfAborted();
      throw new UnavailableError(`cannot reach the operator at ${url}: ${reasonOf(cause)}`, { cause });
    });
    if (response.ok) return void (await response.body?.cancel());
    const said = await beginningOf(response).catch(() => '');
    signal.throwIfAborted();
    throw new UnavailableError(
      `the operator at ${url} answered ${handling} with ${response.status}${said && `: ${said}`}`,
    );
  };

/** `fetch` says no more than that it failed; why is in the cause. */
function reasonOf({ message, cause }: Error): string {
  if (!(cause instanceof Error)) return message;
  return cause.message || (cause as NodeJS.ErrnoException).code || message;
}

async function beginningOf({ body }: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestRefusal) break;
  }
  return text.slice(0, longestRefusal).trim();
}
