/** References to the environment: `${secret:NAME}`, which is masked in reports, and `${env:NAME}`; both with a default after `:-`. */
import { nearest } from './suggest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const environmentName = /^(secret|env):([A-Za-z_]\w*)(?::-(.*))?$/s;

export type EnvironmentValue =
  | { value: string; isSecret: boolean }
  /** The environment does not set it. */
  | { problem: string; hint?: string | undefined };

/**
 * Returns the value of the reference `${name}`; undefined if it does not refer to the environment. Without `env`, for listing and
 * validating, a value is its default or a placeholder.
 */
export function lookUpEnvironment(name: string, env: Environment | undefined): EnvironmentValue | undefined {
  const [, kind, variable, fallback] = environmentName.exec(name) ?? [];
  if (kind === undefined || variable === undefined) return undefined;
  const isSecret = kind === 'secret';
  if (env === undefined) return { value: fallback ?? `(${kind} ${variable})`, isSecret: false };
  const value = env[variable] || fallback;
  if (value !== undefined) return { value, isSecret };
  const similar = nearest(variable, Object.keys(env).toSorted());
  const hint = similar && similar !== variable ? `The environment sets ${similar}` : undefined;
  return { problem: `The environment does not set ${variable}`, hint };
}
