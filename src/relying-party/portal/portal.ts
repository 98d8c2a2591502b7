/** Starts the reference portal: one origin, one store, a few milliseconds. Binds to the loopback interface by default. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Timeline } from '#result/timeline.ts';
import type { PartyEvent } from '#result/transcript.ts';
import { defaultPolicy, type PolicyInput } from '../config.ts';
import type { PartyContext } from '../context.ts';
import type { ScryptParameters } from '../crypto.ts';
import { createDirectory, type Directory } from '../directory.ts';
import { storedEventLog } from '../events.ts';
import { strongScrypt } from '../methods/secret-hash.ts';
import { createSessions } from '../methods/sessions.ts';
import { createRelyingParty, type RelyingParty } from '../relying-party.ts';
import { createSignIn, type SignIn } from '../sign-in.ts';
import type { Store } from '../store/store.ts';
import { parseCertificate } from '../verification/certificate.ts';
import { createApp } from './app.ts';

export interface PartyOptions {
  /** Kept in the store; without one the store's stays, or the default. */
  policy?: PolicyInput | undefined;
  /** Stays open: whoever opened it closes it. */
  store: Store;
  clock: Clock;
  random: Random;
  timeline?: Timeline | undefined;
  /** Hears every event at once. */
  events?: ((event: PartyEvent) => void) | undefined;
  /** DER certificates of the roots whose attestation is trusted. */
  trustAnchors?: readonly Uint8Array[] | undefined;
  rpName?: string | undefined;
  rpId?: string | undefined;
  /** Cost of password hashes; scenarios choose less. */
  passwordCost?: ScryptParameters | undefined;
}

export interface PortalOptions extends PartyOptions {
  host?: string | undefined;
  /** 0 takes any free port. */
  port?: number | undefined;
}

/** The relying party with everything around it, but no server: for benches and in-process use. */
export interface Party {
  relyingParty: RelyingParty;
  signIn: SignIn;
  directory: Directory;
  /** The web application; answers a `Request` without a socket. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

export interface Portal extends Party, AsyncDisposable {
  /** E.g. `http://localhost:38123`. */
  origin: string;
}

/** Builds the parts; `origin` is where registrations must come from. @throws {UsageError} when the policy is not valid. */
export const createParty = async (options: PartyOptions & { origin: string }): Promise<Party> =>
  (await assemble(options, () => options.origin)).party;

async function assemble(options: PartyOptions, origin: () => string) {
  const { policy, store, clock, random, timeline, trustAnchors = [], rpName = 'Contoso', rpId = 'localhost' } = options;
  const context: PartyContext = {
    store,
    clock,
    random,
    events: storedEventLog({ store, clock, timeline, listener: options.events }),
    rpId,
    rpName,
    origin,
    policy: async () => (await store.policy.get()) ?? defaultPolicy,
    trustAnchors: trustAnchors.map(parseCertificate),
    passwordCost: options.passwordCost ?? strongScrypt,
  };
  const sessions = createSessions(context);
  const parts = {
    context,
    sessions,
    signIn: createSignIn(context, sessions),
    relyingParty: createRelyingParty(context, timeline),
  };
  const directory = createDirectory(context, sessions);
  if (policy) await directory.setPolicy(policy);
  const app = createApp(parts);
  const request = async (path: string, init?: RequestInit) => app.request(path, init);
  return { app, party: { relyingParty: parts.relyingParty, signIn: parts.signIn, directory, request } };
}

/** Serves the portal at `http://<rpId>:<port>`. @throws {UsageError} when the policy is not valid. */
export async function startPortal(options: PortalOptions): Promise<Portal> {
  const { host = '127.0.0.1', port = 0, rpId = 'localhost' } = options;
  let origin = '';
  const { app, party } = await assemble(options, () => origin);
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const starting = serve({ fetch: app.fetch, hostname: host, port }, () => resolve(starting));
    starting.once('error', reject);
  });
  origin = `http://${rpId}:${(server.address() as AddressInfo).port}`;
  return {
    ...party,
    origin,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
