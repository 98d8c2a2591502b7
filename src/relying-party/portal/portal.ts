/** Starts the reference portal: one origin, one store. It listens on the loopback interface by default. */
import { type AddressInfo, isIPv6 } from 'node:net';
import { serve } from '@hono/node-server';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Timeline } from '#result/timeline.ts';
import type { PartyEvent } from '#result/transcript.ts';
import { defaultPolicy, type PolicyInput } from '../config.ts';
import type { RelyingPartyContext } from '../context.ts';
import type { ScryptParameters } from '../crypto.ts';
import { createDirectory, type Directory } from '../directory.ts';
import { createEventLog } from '../events.ts';
import type { MetadataBlob } from '../metadata/blob.ts';
import { strongScrypt } from '../methods/secret-hash.ts';
import { createSessions } from '../methods/sessions.ts';
import { createRelyingParty, type RelyingParty } from '../relying-party.ts';
import { createSignIn, type SignIn } from '../sign-in.ts';
import type { Store } from '../store/store.ts';
import { parseCertificate } from '../verification/certificate.ts';
import { createApp } from './app.ts';
import { conformanceApiRoutes } from './routes/conformance-api.ts';

export interface InProcessPortalOptions {
  /** Replaces the policy in the store. Without it, the stored policy stays in force, or the default one. */
  policy?: PolicyInput | undefined;
  /** The portal does not close the store; its opener does. */
  store: Store;
  clock: Clock;
  random: Random;
  timeline?: Timeline | undefined;
  /** Called with every event as it is recorded. */
  events?: ((event: PartyEvent) => void) | undefined;
  /** Root certificates (DER) that attestation certificates may lead to. */
  trustAnchors?: readonly Uint8Array[] | undefined;
  /** Returns the metadata of authenticator models; every certified attestation must then agree with it. */
  metadata?: (() => Promise<MetadataBlob>) | undefined;
  rpName?: string | undefined;
  rpId?: string | undefined;
  /** Serves the page `/partner` at 127.0.0.1, another site, which shows the sign-in page in an inline frame. */
  hasPartnerSite?: boolean | undefined;
  /** Host name in the origin of the pages if it is not the RP ID, e.g. of a site with a related origin. */
  siteHost?: string | undefined;
  /** Whether the document of related origins lists the origin of the pages; without it there is no such document. */
  listsRelatedOrigin?: boolean | undefined;
  /** Serves the conformance API. Anyone can create accounts with it. */
  conformanceApi?: boolean | undefined;
  /** Cost of password hashes, `strongScrypt` by default. */
  passwordCost?: ScryptParameters | undefined;
}

/** Address, store, policy and environment of a portal. `store`, `clock` and `random` are required. */
export interface PortalOptions extends InProcessPortalOptions {
  /** Address or name of the interface to listen on, `127.0.0.1` by default. Requests may be for it, the RP ID and loopback names. */
  host?: string | undefined;
  /** 0 (the default) takes any free port. */
  port?: number | undefined;
}

/** The portal without an HTTP server, for benchmarks and tests. */
export interface InProcessPortal {
  relyingParty: RelyingParty;
  signIn: SignIn;
  directory: Directory;
  /** Sends a request to the web application without a socket. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Returns the paths of all routes for a method, with parameters as `:name`. */
  routes(method: 'GET' | 'POST'): string[];
}

/** A portal that is running. Disposing it stops the server. */
export interface Portal extends InProcessPortal, AsyncDisposable {
  /** For example `http://localhost:38123`. */
  origin: string;
}

/** Creates a portal without a server. Registrations must come from `origin`. @throws {UsageError} if the policy is not valid. */
export const createInProcessPortal = async (
  options: InProcessPortalOptions & { origin: string },
): Promise<InProcessPortal> => (await assemble(options, [], () => options.origin)).portal;

/** Always accepted: no other web site has one of these as its name. */
const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

async function assemble(options: InProcessPortalOptions, hosts: readonly string[], origin: () => string) {
  const { policy, store, clock, random, timeline, trustAnchors = [], rpName = 'Contoso', rpId = 'localhost' } = options;
  const context: RelyingPartyContext = {
    store,
    clock,
    random,
    events: createEventLog({ store, clock, timeline, listener: options.events }),
    rpId,
    rpName,
    origin,
    embedder: () => (options.hasPartnerSite ? `http://127.0.0.1:${new URL(origin()).port}` : undefined),
    relatedOrigins: () => (options.listsRelatedOrigin ? [origin()] : []),
    hosts: [options.siteHost ?? rpId, rpId, ...hosts, ...loopbackHosts],
    policy: async () => (await store.policy.get()) ?? defaultPolicy,
    trustAnchors: Object.freeze(trustAnchors.map(parseCertificate)),
    metadata: options.metadata,
    passwordCost: options.passwordCost ?? strongScrypt,
  };
  const sessions = createSessions(context);
  const services = {
    context,
    sessions,
    signIn: createSignIn(context, sessions),
    relyingParty: createRelyingParty(context, timeline),
  };
  const directory = createDirectory(context, sessions);
  if (policy) await directory.setPolicy(policy);
  const app = createApp(services, options.conformanceApi ? conformanceApiRoutes(services, directory) : undefined);
  const request = async (path: string, init?: RequestInit) => app.request(path, init);
  const routes = (method: string) =>
    app.routes.flatMap((route) => (route.method === method && !route.path.includes('*') ? [route.path] : []));
  return { app, portal: { relyingParty: services.relyingParty, signIn: services.signIn, directory, request, routes } };
}

/** Serves the portal at `http://<siteHost>:<port>`. @throws {UsageError} if the policy is not valid. */
export async function startPortal(options: PortalOptions): Promise<Portal> {
  const { host = '127.0.0.1', port = 0, rpId = 'localhost', siteHost = rpId } = options;
  let origin = '';
  const { app, portal } = await assemble(options, [isIPv6(host) ? `[${host}]` : host], () => origin);
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const starting = serve({ fetch: app.fetch, hostname: host, port }, () => resolve(starting));
    starting.once('error', reject);
  });
  origin = `http://${siteHost}:${(server.address() as AddressInfo).port}`;
  return {
    ...portal,
    origin,
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
