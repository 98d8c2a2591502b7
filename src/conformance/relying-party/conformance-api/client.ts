/** A client of the server conformance API of the FIDO Alliance: four POST requests with JSON, and cookies for the session. */
import { toBase64url } from '#base/bytes.ts';
import { UnavailableError } from '#base/errors.ts';
import { isObject } from '#base/json.ts';
import type { Random } from '#base/random.ts';
import { createExchange, type ExchangeOptions, type HttpAnswer } from './exchange.ts';

export interface ServerOptions extends ExchangeOptions {
  /** Where the API is, for example `http://localhost:8080`. */
  url: string;
  random: Random;
}

export type ApiPath = 'attestation/options' | 'attestation/result' | 'assertion/options' | 'assertion/result';

export type Json = Record<string, unknown>;

export interface ApiRequest {
  path: ApiPath;
  /** `POST` if it is absent. */
  method?: 'GET';
  /** `application/json` if it is absent. */
  contentType?: string;
  /** Replaces the value of each cookie by one that the server did not issue. */
  hasForgedCookies?: true;
  body: string;
}

export interface ApiAnswer {
  status: number;
  /** Value of the header, empty if it is absent. */
  contentType: string;
  /** The object in the body; undefined if it is something else than JSON with an object. */
  body: Json | undefined;
}

export type SendRequest = (request: ApiRequest) => Promise<ApiAnswer>;

/** The conformance API of one server. */
export interface ConformanceApi {
  /** Origin of the server, which client data names. */
  origin: string;
  /** Returns a user name that does not exist at the server. */
  newName(): string;
  /** Returns a function that sends requests with the cookies of the earlier answers, beginning without any. */
  openSession(): SendRequest;
}

/** Statuses of a server that has not processed the request, so they are no verdict on it. */
const postponements: Readonly<Record<number, string>> = {
  408: 'it waited too long for the request',
  425: 'it fears that the request is a replay',
  429: 'it limits the number of requests; the limit must be off for the test',
};

export function createConformanceApi({ url, random, ...options }: ServerOptions): ConformanceApi {
  const exchange = createExchange(options);
  return {
    origin: new URL(url).origin,
    newName: () => `conformance-${toBase64url(random.bytes(9))}`,
    openSession() {
      const cookies = new Map<string, string>();
      return async ({ path, method = 'POST', contentType = 'application/json', hasForgedCookies, body }) => {
        const cookie = [...cookies]
          .map(([name, value]) => `${name}=${hasForgedCookies ? value.replace(/[A-Za-z0-9]/g, 'A') : value}`)
          .join('; ');
        const answer = await exchange(`${url.replace(/\/$/, '')}/${path}`, {
          method,
          headers: { 'content-type': contentType, ...(cookie && { cookie }) },
          ...(method === 'POST' && { body }),
        });
        const reason = postponements[answer.status];
        if (reason !== undefined)
          throw new UnavailableError(`The server does not process /${path} (HTTP ${answer.status}): ${reason}`);
        readCookies(answer.headers, cookies);
        return readAnswer(answer);
      };
    },
  };
}

function readCookies(headers: Headers, cookies: Map<string, string>): void {
  for (const set of headers.getSetCookie()) {
    const [pair = '', ...attributes] = set.split(';');
    const [name = '', value = ''] = pair.split(/=(.*)/);
    if (attributes.some((attribute) => /^\s*max-age=(0|-\d+)\s*$/i.test(attribute))) cookies.delete(name.trim());
    else cookies.set(name.trim(), value);
  }
}

function readAnswer({ status, headers, text }: HttpAnswer): ApiAnswer {
  const json = text === undefined ? undefined : parseJson(text);
  return {
    status,
    contentType: headers.get('content-type') ?? '',
    body: isObject(json) ? json : undefined,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns a request with a value as JSON. */
export const jsonRequest = (path: ApiPath, value: unknown): ApiRequest => ({
  path,
  body: JSON.stringify(value) ?? '',
});
