/**
 * The hooks of `touchstone emulate --http`: what a script does with the hands, the plug and the results of the keys, as HTTP
 * with JSON. The contract is `docs/emulate.openapi.yaml`; a test holds the two together.
 */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { toHex } from '#base/bytes.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { TransportError } from '#protocol/errors.ts';
import type { Handling } from '#scenario/parties/operator.ts';
import { type GestureBody, gestureBody, handlingBody, powerBody, sentenceOf, touchBody } from './control-api-bodies.ts';
import { keyView, stateView } from './control-api-views.ts';
import type { Gesture } from './gesture-controller.ts';
import type { OnlineKey } from './served-key-session.ts';

const longestBody = 16 * 1024;
const acts = { on: 'replug', off: 'unplug', cycle: 'powerCycle' } as const;
/** Hands need a moment between pulling a key and plugging it in; so do those who have to notice. */
const replugMs = 2000;

/** What a case asks of a real key, done to an emulated one. */
const handle: Record<Handling, (key: OnlineKey, clock: Clock) => unknown> = {
  touch: ({ hands }) => hands.make('touch'),
  'keep-away': () => undefined,
  unplug: (key) => key.unplug(),
  'plug-in': (key) => key.replug(),
  async 'power-cycle'(key, clock) {
    key.unplug();
    await clock.sleep(replugMs);
    key.replug();
  },
};

/** `hosts` are the names under which the server may be addressed; without them any. */
export function createHooks(keys: readonly OnlineKey[], hosts?: readonly string[], clock: Clock = systemClock): Hono {
  const app = new Hono();
  const keyOf = (c: Context): OnlineKey => {
    const id = c.req.param('id');
    const key = keys.find((each) => each.id === id);
    if (key) return key;
    throw refused(404, `there is no key ${JSON.stringify(id)}: there is ${keys.map((each) => each.id).join(', ')}`);
  };
  app.use(noWebPages(hosts));
  app.use(bodyLimit({ maxSize: longestBody, onError: () => Promise.reject(tooLong()) }));
  app.get('/keys', (c) => c.json(keys.map(keyView)));
  app.get('/keys/:id', (c) => c.json(keyView(keyOf(c))));
  app.get('/keys/:id/state', (c) => c.json(stateView(keyOf(c).look())));
  app.put('/keys/:id/touch', async (c) => {
    const key = keyOf(c);
    key.hands.habit = (await bodyOf(c, touchBody)).touch;
    return c.json(keyView(key));
  });
  app.post('/keys/:id/gestures', async (c) => {
    const key = keyOf(c);
    return c.json({ answered: key.hands.make(gestureOf(await bodyOf(c, gestureBody), key)) });
  });
  app.post('/keys/:id/handlings', async (c) => {
    const key = keyOf(c);
    await handle[(await bodyOf(c, handlingBody)).handling](key, clock);
    return c.json(keyView(key), 202);
  });
  app.put('/keys/:id/power', async (c) => {
    const key = keyOf(c);
    key[acts[(await bodyOf(c, powerBody)).power]]();
    return c.json(keyView(key));
  });
  app.get('/keys/:id/exchanges', (c) => c.json(keyOf(c).log.after(numberOf(c.req.query('after') ?? '0'))));
  app.delete('/keys/:id/exchanges', (c) => {
    keyOf(c).log.clear();
    return c.body(null, 204);
  });
  app.notFound((c) => c.json({ error: `there is no ${c.req.method} ${c.req.path}` }, 404));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
    if (error instanceof TransportError) return c.json({ error: error.message }, 503);
    throw error;
  });
  return app;
}

const refused = (status: 400 | 403 | 404 | 409 | 413 | 415, message: string) => new HTTPException(status, { message });

const tooLong = () => refused(413, `a body has at most ${longestBody} bytes`);

/** A page in a browser on this machine could send requests here too: by its origin, or by a name that it made point here. */
function noWebPages(hosts: readonly string[] | undefined): MiddlewareHandler {
  return async (c, next) => {
    const { hostname } = new URL(c.req.url);
    if (hosts && !hosts.includes(hostname)) throw refused(403, `this is ${hosts.join(' or ')}, not ${hostname}`);
    if (c.req.header('origin') !== undefined) throw refused(403, 'web pages may not use these hooks');
    await next();
  };
}

/** @throws {HTTPException} 415 or 400 with a sentence for a body that the hook does not take. */
async function bodyOf<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? ''))
    throw refused(415, 'a body of Content-Type: application/json is wanted');
  const json: unknown = await c.req.json().catch(() => {
    throw refused(400, 'the body is not JSON');
  });
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw refused(400, `the body is not what ${c.req.method} ${c.req.path} takes: ${sentenceOf(parsed.error)}`);
}

function numberOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw refused(400, `after: the number of an exchange is wanted, ${JSON.stringify(text)} was found`);
}

function gestureOf(body: GestureBody, key: OnlineKey): Gesture {
  if (body.gesture === 'touch' || body.gesture === 'deny') return body.gesture;
  if (!key.readsFingerprints) throw refused(409, `${key.label} has no fingerprint reader`);
  if (body.gesture === 'sample') return body.status === 'good' ? 'touch' : body.status;
  const matches =
    body.matches ?? key.look().fingerprints.some(({ templateId }) => toHex(templateId) === body.templateId);
  return matches ? 'touch' : 'unknown-finger';
}
