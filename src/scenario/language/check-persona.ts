/** Checks the settings of an emulated key against its persona. What a persona supports is known to the caller of the language. */
import type { Finding } from './check.ts';
import { isRealKey, type ScenarioAuthenticator } from './schema/authenticator.ts';
import type { ScenarioCase } from './schema.ts';
import { nodeAt, type Path, type SourceNode } from './source-node.ts';

export interface SettingProblem {
  /** Path of the setting in `authenticator`, e.g. `['pin', 'retries']`. */
  setting: Path;
  /** What cannot be done, and what was expected. */
  message: string;
}

/** Returns a problem for every setting that the persona does not support. The persona must exist. */
export type FindSettingProblems = (authenticator: ScenarioAuthenticator) => readonly SettingProblem[];

/** Every problem has the location of its setting; the hint names the location of the persona, which is often in another file. */
export function checkPersona(
  { authenticator = {} }: ScenarioCase,
  resolved: SourceNode,
  findProblems: FindSettingProblems,
): Finding[] {
  if (isRealKey(authenticator.device)) return []; // the persona is not used
  const persona = nodeAt(resolved, ['authenticator', 'persona'])?.at;
  return findProblems(authenticator).map(({ setting, message }) => ({
    path: ['authenticator', ...setting],
    kind: 'wrong',
    message,
    hint: persona && `The persona is set in ${persona.file}:${persona.line}`,
  }));
}
