/**
 * The control API of `touchstone emulate --http`: HTTP with JSON that lets scripts touch keys, unplug them and read their
 * exchanges. `docs/emulate.openapi.yaml` describes it; `control-api.test.ts` checks that description and code agree.
 */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { toHex } from '#base/bytes.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { TransportError } from '#protocol/errors.ts';
import type { ManualAction } from '#scenario/parties/operator.ts';
import {
  describeFirstIssue,
  type GestureBody,
  gestureBody,
  handlingBody,
  powerBody,
  touchBody,
} from './control-api-bodies.ts';
import { toKeyJson, toStateJson } from './control-api-views.ts';
import type { Gesture } from './gesture-controller.ts';
import type { ServedKeySession } from './served-key-session.ts';

const maxBodyBytes = 16 * 1024;
const powerMethods = { on: 'replug', off: 'unplug', cycle: 'powerCycle' } as const;
/** Time between unplugging and plugging in: a host needs a moment to notice that the key is gone. */
const replugDelayMs = 2000;

/** Performs the manual actions that a case requests for a real key on an emulated key. */
const performAction: Record<ManualAction, (key: ServedKeySession, clock: Clock) => unknown> = {
  touch: ({ gestures }) => gestures.perform('touch'),
  'keep-away': () => undefined,
  unplug: (key) => key.unplug(),
  'plug-in': (key) => key.replug(),
  async 'power-cycle'(key, clock) {
    key.unplug();
    await clock.sleep(replugDelayMs);
    key.replug();
  },
};

export interface ControlApiOptions {
  /** Host names that requests may use; default: any. */
  allowedHosts?: readonly string[] | undefined;
  clock?: Clock;
}

export function createControlApi(
  keys: readonly ServedKeySession[],
  { allowedHosts, clock = systemClock }: ControlApiOptions = {},
): Hono {
  const app = new Hono();
  const keyOf = (c: Context) => findKey(keys, c.req.param('id'));
  app.use(rejectWebPages(allowedHosts));
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: () => Promise.reject(bodyTooLong()) }));
  app.get('/keys', (c) => c.json(keys.map(toKeyJson)));
  app.get('/keys/:id', (c) => c.json(toKeyJson(keyOf(c))));
  app.get('/keys/:id/state', (c) => c.json(toStateJson(keyOf(c).inspect())));
  app.put('/keys/:id/touch', async (c) => {
    const key = keyOf(c);
    key.gestures.touchPolicy = (await parseBody(c, touchBody)).touch;
    return c.json(toKeyJson(key));
  });
  app.post('/keys/:id/gestures', async (c) => {
    const key = keyOf(c);
    return c.json({ answered: key.gestures.perform(gestureOf(await parseBody(c, gestureBody), key)) });
  });
  app.post('/keys/:id/handlings', async (c) => {
    const key = keyOf(c);
    await performAction[(await parseBody(c, handlingBody)).handling](key, clock);
    return c.json(toKeyJson(key), 202);
  });
  app.put('/keys/:id/power', async (c) => {
    const key = keyOf(c);
    key[powerMethods[(await parseBody(c, powerBody)).power]]();
    return c.json(toKeyJson(key));
  });
  app.get('/keys/:id/exchanges', (c) => c.json(keyOf(c).log.after(parseExchangeNumber(c.req.query('after') ?? '0'))));
  app.delete('/keys/:id/exchanges', (c) => {
    keyOf(c).log.clear();
    return c.body(null, 204);
  });
  app.notFound((c) => c.json({ error: `There is no ${c.req.method} ${c.req.path}` }, 404));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
    if (error instanceof TransportError) return c.json({ error: error.message }, 503);
    throw error;
  });
  return app;
}

const httpError = (status: 400 | 403 | 404 | 409 | 413 | 415, message: string) =>
  new HTTPException(status, { message });

const bodyTooLong = () => httpError(413, `Expected a body of at most ${maxBodyBytes} bytes`);

/** @throws {HTTPException} 404 if there is no such key. */
function findKey(keys: readonly ServedKeySession[], id: string | undefined): ServedKeySession {
  const key = keys.find((each) => each.id === id);
  if (key) return key;
  throw httpError(404, `There is no key ${JSON.stringify(id)}; keys: ${keys.map((each) => each.id).join(', ')}`);
}

/**
 * Rejects requests of web pages, which a browser on this machine could send here: requests with an `Origin` header, and
 * requests that use a host name which a web site resolves to this machine (DNS rebinding).
 */
function rejectWebPages(allowedHosts: readonly string[] | undefined): MiddlewareHandler {
  return async (c, next) => {
    const { hostname } = new URL(c.req.url);
    if (allowedHosts && !allowedHosts.includes(hostname))
      throw httpError(403, `Expected the host name ${allowedHosts.join(' or ')}, got ${hostname}`);
    if (c.req.header('origin') !== undefined) throw httpError(403, 'Web pages may not use the control API');
    await next();
  };
}

/** @throws {HTTPException} 415 or 400 if the body does not match the schema. */
async function parseBody<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? ''))
    throw httpError(415, 'Expected a body with Content-Type: application/json');
  const json: unknown = await c.req.json().catch(() => {
    throw httpError(400, 'The body is not JSON');
  });
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw httpError(400, `Invalid body of ${c.req.method} ${c.req.path}: ${describeFirstIssue(parsed.error)}`);
}

function parseExchangeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw httpError(400, `after: Expected the number of an exchange, got ${JSON.stringify(text)}`);
}

/** @throws {HTTPException} 409 for a fingerprint gesture on a key without a fingerprint reader. */
function gestureOf(body: GestureBody, key: ServedKeySession): Gesture {
  if (body.gesture === 'touch' || body.gesture === 'deny') return body.gesture;
  if (!key.readsFingerprints) throw httpError(409, `${key.label} has no fingerprint reader`);
  if (body.gesture === 'sample') return body.status === 'good' ? 'touch' : body.status;
  const matches =
    body.matches ?? key.inspect().fingerprints.some(({ templateId }) => toHex(templateId) === body.templateId);
  return matches ? 'touch' : 'unknown-finger';
}
