/** A case about the requests of the conformance API, and what its check can do. */
import type { ApiAnswer, ConformanceApi, Json, SendRequest } from './client.ts';

/** A user of the API with a session, and an authenticator that makes valid responses. */
export interface ApiUser {
  readonly name: string;
  readonly displayName: string;
  readonly send: SendRequest;
  /** Asks for options for a registration; `members` are added to the request. */
  requestRegistration(members?: Json): Promise<ApiAnswer>;
  /** Asks for options for a sign-in; `members` are added to the request. */
  requestSignIn(members?: Json): Promise<ApiAnswer>;
  /** Returns options for a registration. @throws {UnavailableError} if the server returns none. */
  beginRegistration(members?: Json): Promise<Json>;
  /** Returns options for a sign-in. @throws {UnavailableError} if the server returns none. */
  beginSignIn(members?: Json): Promise<Json>;
  /** Returns a new credential as JSON, for options for a registration. */
  createCredential(options: Json): Promise<Json>;
  /** Returns an assertion of the newest credential as JSON, for options for a sign-in. */
  createAssertion(options: Json): Promise<Json>;
  /** Registers a new credential, and returns its id. @throws {UnavailableError} if the server refuses it. */
  register(): Promise<string>;
}

/** The API as the check of a case uses it. */
export interface ApiVisit extends Pick<ConformanceApi, 'origin' | 'openSession'> {
  /** Returns a new user, who has a new session. */
  openUser(): ApiUser;
}

/** Returns what was expected and what was found; undefined if the API answers as it must. */
export type ApiCheck = (visit: ApiVisit) => Promise<string | undefined>;

/** Makes an API do one thing wrong: the case must find it. */
export type ApiDefect = (send: SendRequest) => SendRequest;
