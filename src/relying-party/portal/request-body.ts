/** Reads the body of a request once, before the routes: the fields of a form, or JSON for the API. A malformed body is refused there. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { PortalContext, PortalEnv, RequestBody } from './portal-env.ts';

const maxBodyBytes = 256 * 1024;

/** Limits the size of bodies. Calls `onTooLarge` for a larger one, and `onBroken` if the body cannot be received. */
export function limitBody(
  onTooLarge: (c: PortalContext) => Response | Promise<Response>,
  onBroken: (c: PortalContext) => Response | Promise<Response>,
): MiddlewareHandler<PortalEnv> {
  const limit = bodyLimit({ maxSize: maxBodyBytes, onError: (c) => onTooLarge(c as PortalContext) });
  return async (c, next) => {
    let received = false;
    try {
      return await limit(c, () => {
        received = true;
        return next();
      });
    } catch (error) {
      if (received) throw error;
      return onBroken(c);
    }
  };
}

/** Returns the body of a request, or undefined if it is not what its content type says. Bodies of other types are not read. */
export async function readBody(c: PortalContext): Promise<RequestBody | undefined> {
  const none: RequestBody = { form: new Map(), json: undefined };
  if (c.req.method !== 'POST') return none;
  const type = c.req.header('content-type') ?? '';
  try {
    if (/^application\/json\b/i.test(type)) return { ...none, json: JSON.parse(await c.req.text()) };
    return isFormType(type) ? { ...none, form: collectFields(await c.req.formData()) } : none;
  } catch {
    return undefined;
  }
}

const isFormType = (type: string): boolean =>
  /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type);

function collectFields(data: FormData): RequestBody['form'] {
  const form = new Map<string, string[]>();
  for (const [name, value] of data) if (typeof value === 'string') form.set(name, [...(form.get(name) ?? []), value]);
  return form;
}

/** Returns a text field of the form, or an empty text if it is absent. Of several values the last one counts. */
export const readFormText = (c: PortalContext, name: string): string => c.get('body').form.get(name)?.at(-1) ?? '';
