/** The types that all parts of the web application share: the services that routes call, and the variables that middleware sets for a request. */
import type { Context } from 'hono';
import type { RelyingPartyContext } from '../context.ts';
import type { Caller, Sessions } from '../methods/sessions.ts';
import type { RelyingParty } from '../relying-party.ts';
import type { SignIn } from '../sign-in.ts';

/** The services that the routes call. */
export interface PortalServices {
  context: RelyingPartyContext;
  sessions: Sessions;
  signIn: SignIn;
  relyingParty: RelyingParty;
}

export interface RequestBody {
  /** Text fields of a form, with their values in order. Files are left out: no form of the portal has one. */
  form: ReadonlyMap<string, readonly string[]>;
  /** What a JSON body contains; undefined without one. */
  json: unknown;
}

export interface PortalEnv {
  Variables: { caller: Caller | undefined; csrf: string; isEmbedded: boolean; body: RequestBody };
}
export type PortalContext = Context<PortalEnv>;
