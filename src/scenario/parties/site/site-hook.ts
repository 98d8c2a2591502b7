/** Runs the hooks of a site file: a command or an HTTP request before and after each case, which creates and deletes the user. */
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { messageOf, UnavailableError } from '#base/errors.ts';
import { isObject } from '#base/json.ts';
import type { SiteHook } from '../../language/site-schema.ts';
import { insertValues } from '../../language/site-values.ts';

export interface HookEnvironment {
  /** Address of the site. */
  url: string;
  /** Path of the site file; commands run in its folder. */
  file: string;
  /** What is known of the user: `name`, `password` and others. */
  user: Readonly<Record<string, unknown>>;
}

/** Time limit of a hook, which is not part of that of the case. */
export const hookTimeoutMs = 60_000;
const maxOutputBytes = 1024 * 1024;

/**
 * Runs a hook. Returns the JSON object that it prints or answers with; an empty one if it prints nothing.
 * @throws {UnavailableError} if it fails, or if its output is something else.
 */
export async function runHook(name: 'before' | 'after', hook: SiteHook, environment: HookEnvironment): Promise<object> {
  const values = (value: string) => findValue(value, environment);
  const what = hook.command ? hook.command.join(' ') : `${hook.request?.method ?? 'POST'} ${hook.request?.url}`;
  try {
    const output = hook.command
      ? await runCommand(insertValues(hook.command, values), environment)
      : await sendRequest(insertValues(hook.request ?? { url: '/' }, values), environment);
    return parseOutput(output);
  } catch (cause) {
    throw new UnavailableError(`The ${name} hook of the site failed (${what}): ${messageOf(cause)}`, { cause });
  }
}

function findValue(name: string, { url, user }: HookEnvironment): string {
  if (name === 'site.url') return url;
  const value = user[name.replace(/^user\./, '')];
  if (value === undefined) throw new Error(`There is no value \${${name}}`);
  return String(value);
}

function runCommand([program = '', ...args]: readonly string[], { url, file, user }: HookEnvironment): Promise<string> {
  const env = { ...process.env, TOUCHSTONE_SITE: url, TOUCHSTONE_USER: JSON.stringify(user) };
  const options = { cwd: dirname(file), env, timeout: hookTimeoutMs, maxBuffer: maxOutputBytes };
  return new Promise((resolve, reject) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.killed) reject(new Error(`It did not end within ${hookTimeoutMs / 1000} s`));
      else if (error.code === 'ENOENT') reject(new Error(`There is no program ${program}`));
      else reject(new Error(`Exit code ${error.code}: ${stderr.trim().slice(-500)}`));
    });
  });
}

async function sendRequest(
  { method = 'POST', url, headers, json }: NonNullable<SiteHook['request']>,
  environment: HookEnvironment,
): Promise<string> {
  const response = await fetch(new URL(url, environment.url), {
    method,
    headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(hookTimeoutMs),
  });
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(`Status ${response.status}: ${text.slice(0, 500)}`);
}

function parseOutput(output: string): object {
  if (output.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw new Error(`Expected a JSON object, got ${JSON.stringify(output.slice(0, 200))}`);
  }
  if (isObject(value)) return value;
  throw new Error(`Expected a JSON object, got ${JSON.stringify(value).slice(0, 200)}`);
}
