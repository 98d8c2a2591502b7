/** Defects of the session of a server: the challenge, its ceremony, and the credentials that it listed. */
import type { ApiDefect } from './api-case.ts';
import type { ApiPath, ApiRequest, Json, SendRequest } from './client.ts';
import { acceptWhere, changeAnswer, readMembers, readObject } from './edits.ts';

/** Returns the challenge of a response, as text. */
function readChallenge({ body }: ApiRequest): string | undefined {
  const { clientDataJSON } = (readObject(body)?.response ?? {}) as Json;
  const clientData = readObject(Buffer.from(String(clientDataJSON ?? ''), 'base64url').toString());
  return clientData && String(clientData.challenge);
}

/** Looks for the challenge of a response in all sessions, instead of its own. */
export function ignoreSessions(): ApiDefect {
  const issuers = new Map<string, SendRequest>();
  return (send) => async (request) => {
    const { hasForgedCookies: _forged, ...sent } = request;
    const issuer = issuers.get(readChallenge(request) ?? '');
    const answer = await (issuer ? issuer(sent) : send(request));
    if (typeof answer.body?.challenge === 'string') issuers.set(answer.body.challenge, send);
    return answer;
  };
}

/** Accepts responses of one ceremony to challenges of the other. */
export function ignoreCeremonies(path: ApiPath, otherOptions: ApiPath): ApiDefect {
  const challenges = new Set<string>();
  const accept = acceptWhere(path, (request) => challenges.has(readChallenge(request) ?? ''));
  return (send) => {
    const sendAccepting = accept(send);
    return async (request) => {
      const answer = await sendAccepting(request);
      if (request.path === otherOptions) challenges.add(String(answer.body?.challenge));
      return answer;
    };
  };
}

const isUnlisted = (id: unknown, allowed: readonly unknown[]): boolean =>
  typeof id === 'string' && !allowed.includes(id);

/** Accepts credentials that the options of the sign-in did not list. */
export const ignoreAllowList: ApiDefect = (send) => {
  let allowed: readonly unknown[] = [];
  const isOther = ({ body }: ApiRequest): boolean => allowed.length > 0 && isUnlisted(readObject(body)?.id, allowed);
  const sendAccepting = acceptWhere('assertion/result', isOther)(send);
  return async (request) => {
    const answer = await sendAccepting(request);
    const { allowCredentials } = answer.body ?? {};
    if (Array.isArray(allowCredentials)) allowed = allowCredentials.map(({ id }: Json) => id);
    return answer;
  };
};

/** Lists the credentials of all users to each of them. */
export function listCredentialsOfAll(): ApiDefect {
  const all: Json[] = [];
  const list = changeAnswer('assertion/options', (body) => ({ ...body, allowCredentials: [...all] }));
  return (send) => {
    const sendListing = list(send);
    return (request) => {
      if (request.path === 'attestation/result') all.push({ type: 'public-key', id: readMembers(request.body).id });
      return sendListing(request);
    };
  };
}
