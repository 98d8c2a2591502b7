/** Users of the conformance API: their requests are recorded, and an emulated authenticator makes their responses. */
import { UnavailableError } from '#base/errors.ts';
import type { Evidence } from '../../case-result.ts';
import type { SuiteEmulator } from '../emulator-port.ts';
import { type Ceremony, makeAuthentication, makeRegistration, type SuiteCredential } from '../make-ceremony.ts';
import type { ApiUser, ApiVisit } from './api-case.ts';
import { type ApiAnswer, type ConformanceApi, type Json, jsonRequest, type SendRequest } from './client.ts';
import { expectCreationOptions, expectOptions, readMessage, readRpId, readUserHandle } from './options.ts';

export interface ApiSessionParties {
  api: ConformanceApi;
  emulator: SuiteEmulator;
  /** Returns a credential that no other case has. */
  createCredential(): SuiteCredential;
}

/** The requests of one case. */
export class RecordedVisit implements ApiVisit {
  readonly #parties: ApiSessionParties;
  #exchange: { request: string; answer: ApiAnswer | undefined } | undefined;
  #crash: string | undefined;

  constructor(parties: ApiSessionParties) {
    this.#parties = parties;
  }

  get origin(): string {
    return this.#parties.api.origin;
  }

  /** The first answer with HTTP status 5xx. */
  get crash(): string | undefined {
    return this.#crash;
  }

  /** The last request and its answer. */
  get evidence(): Evidence[] {
    if (!this.#exchange) return [];
    const { request, answer } = this.#exchange;
    return [
      { name: 'request', text: request },
      ...(answer ? [{ name: 'answer', text: `HTTP ${answer.status} ${JSON.stringify(answer.body)}` }] : []),
    ];
  }

  openSession(): SendRequest {
    const send = this.#parties.api.openSession();
    return async (request) => {
      const { path, method = 'POST', body } = request;
      const text = `${method} /${path} ${body}`;
      this.#exchange = { request: text.slice(0, maxEvidence), answer: undefined };
      const answer = await send(request);
      this.#exchange.answer = answer;
      if (answer.status >= 500) this.#crash ??= `HTTP ${answer.status} to ${method} /${path}`;
      return answer;
    };
  }

  openUser(): ApiUser {
    return new User(this.openSession(), this.#parties);
  }
}

/** Requests that are large on purpose are not kept as a whole. */
const maxEvidence = 20_000;

class User implements ApiUser {
  readonly name: string;
  readonly displayName = 'Zoë Ångström 田中';
  readonly send: SendRequest;
  readonly #parties: ApiSessionParties;
  #credential: SuiteCredential | undefined;
  #rpId = '';
  #userHandle = '';

  constructor(send: SendRequest, parties: ApiSessionParties) {
    this.send = send;
    this.#parties = parties;
    this.name = parties.api.newName();
  }

  requestRegistration(members: Json = {}): Promise<ApiAnswer> {
    const { name: username, displayName } = this;
    const usual = { attestation: 'direct', authenticatorSelection: { userVerification: 'required' } };
    return this.send(jsonRequest('attestation/options', { username, displayName, ...usual, ...members }));
  }

  requestSignIn(members: Json = {}): Promise<ApiAnswer> {
    return this.send(
      jsonRequest('assertion/options', { username: this.name, userVerification: 'required', ...members }),
    );
  }

  async beginRegistration(members?: Json): Promise<Json> {
    return expectCreationOptions(await this.requestRegistration(members));
  }

  async beginSignIn(members?: Json): Promise<Json> {
    return expectOptions(await this.requestSignIn(members));
  }

  async createCredential(options: Json): Promise<Json> {
    const { api, emulator, createCredential } = this.#parties;
    this.#credential = createCredential();
    this.#rpId = readRpId(options, api);
    this.#userHandle = readUserHandle(options);
    return (await makeRegistration(emulator, this.#credential, this.#answerTo(options))) as Json;
  }

  async createAssertion(options: Json): Promise<Json> {
    if (!this.#credential) throw new Error('Expected a registered credential before a sign-in');
    return (await makeAuthentication(this.#parties.emulator, this.#credential, this.#answerTo(options))) as Json;
  }

  async register(): Promise<string> {
    const credential = await this.createCredential(await this.beginRegistration());
    const { status, body = {} } = await this.send(jsonRequest('attestation/result', credential));
    if (body.status === 'ok') return String(credential.id);
    throw new UnavailableError(`The server refuses a valid registration: HTTP ${status} ${readMessage(body)}`.trim());
  }

  #answerTo({ challenge }: Json): Ceremony {
    return {
      challenge: String(challenge),
      origin: this.#parties.api.origin,
      rpId: this.#rpId,
      userHandle: this.#userHandle,
    };
  }
}
