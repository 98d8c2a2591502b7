/**
 * A server with the conformance API of the FIDO Alliance as a target: four requests with JSON, and a cookie for the session. The
 * settings of a case are asked for in the options; which roots the server trusts is not known, so chains are not tested.
 */

import { toBase64url } from '#base/bytes.ts';
import { UnavailableError } from '#base/errors.ts';
import type { Random } from '#base/random.ts';
import type { CeremonySettings } from './ceremony-settings.ts';
import { ruleIds } from './rules.ts';
import type { Account, Outcome, RelyingPartyTarget } from './target.ts';

export interface ServerTargetOptions {
  /** Where the API is, for example `http://localhost:8080`. */
  url: string;
  random: Random;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
}

type Json = Record<string, unknown>;

/** @throws {UnavailableError} if the server gives no options. */
export async function createServerTarget(options: ServerTargetOptions): Promise<RelyingPartyTarget> {
  const probe = await requestRegistration(new Session(options), newName(options), {
    userVerification: 'preferred',
    attestation: 'optional',
    algorithms: [],
  });
  const parameters = Array.isArray(probe.pubKeyCredParams) ? (probe.pubKeyCredParams as { alg: number }[]) : [];
  return {
    name: options.url,
    algorithms: parameters.map(({ alg }) => alg),
    checksTrust: false,
    keepsState: true,
    openAccount: (settings) => openAccount(options, settings),
  };
}

const newName = ({ random }: ServerTargetOptions): string => `conformance-${toBase64url(random.bytes(9))}`;

async function openAccount(options: ServerTargetOptions, settings: CeremonySettings): Promise<Account> {
  const name = newName(options);
  const session = new Session(options);
  const first = await requestRegistration(session, name, settings);
  const { userVerification } = settings;
  return {
    origin: new URL(options.url).origin,
    rpId: String((first.rp as Json).id),
    userHandle: String((first.user as Json).id),
    beginRegistration: async () => String((await requestRegistration(session, name, settings)).challenge),
    register: async (response) => toOutcome(await session.post('attestation/result', response)),
    async beginAuthentication() {
      const answer = await session.post('assertion/options', { username: name, userVerification });
      return String(expectOptions(answer).challenge);
    },
    authenticate: async (response) => toOutcome(await session.post('assertion/result', response)),
    async listCredentialIds() {
      const { excludeCredentials } = await requestRegistration(session, name, settings);
      return Array.isArray(excludeCredentials) ? excludeCredentials.map(({ id }: Json) => String(id)) : undefined;
    },
  };
}

const requestRegistration = async (
  session: Session,
  name: string,
  { userVerification }: CeremonySettings,
): Promise<Json> =>
  expectOptions(
    await session.post('attestation/options', {
      username: name,
      displayName: name,
      attestation: 'direct',
      authenticatorSelection: { userVerification },
    }),
  );

interface Answer {
  status: number;
  body: Json;
}

/** Sends requests with the cookies of the earlier answers. */
class Session {
  readonly #options: ServerTargetOptions;
  readonly #cookies = new Map<string, string>();

  constructor(options: ServerTargetOptions) {
    this.#options = options;
  }

  async post(path: string, body: unknown): Promise<Answer> {
    const { url, fetch } = this.#options;
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${url.replace(/\/$/, '')}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(cookie && { cookie }) },
      body: JSON.stringify(body),
    });
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';', 1)[0] ?? '').split(/=(.*)/);
      this.#cookies.set(name.trim(), value);
    }
    const json: unknown = await response.json().catch(() => undefined);
    return { status: response.status, body: typeof json === 'object' && json !== null ? (json as Json) : {} };
  }
}

function expectOptions({ status, body }: Answer): Json {
  if (body.status === 'ok' && typeof body.challenge === 'string') return body;
  throw new UnavailableError(
    `The server gives no options: HTTP ${status}, ${String(body.errorMessage ?? 'no status')}`,
  );
}

function toOutcome({ status, body }: Answer): Outcome {
  const detail = `HTTP ${status} ${String(body.errorMessage ?? '')}`.trim();
  if (status >= 500) return { verdict: 'crashed', detail };
  if (status < 300 && body.status === 'ok') return { verdict: 'accepted' };
  // The portal of Touchstone names the rule; the API has no member for it.
  const rule = ruleIds.find((id) => id === body.rule);
  return { verdict: 'refused', rule, detail };
}
