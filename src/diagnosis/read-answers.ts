/** Reads an answers file: YAML with the facts that a person has written down. */
import { check, locate } from '#scenario/language/check.ts';
import { type Diagnostic, diagnostic } from '#scenario/language/diagnostics.ts';
import { readYaml } from '#scenario/language/yaml-source.ts';
import { answersSchema, type Facts, toFacts } from './facts.ts';

/** Returns the facts, or every error with its location. `file` is the name of the file in errors. */
export function readAnswers(text: string, file: string): { facts: Facts } | { diagnostics: Diagnostic[] } {
  const { root, diagnostics } = readYaml(text, file);
  if (root === undefined || diagnostics.length > 0) return { diagnostics };
  if (root.kind !== 'map')
    return { diagnostics: [diagnostic(root.at, 'Expected a map with sections such as policy, user, browser and key')] };
  const checked = check(answersSchema, root);
  if (!checked.ok) return { diagnostics: checked.findings.map((finding) => locate(finding, root)) };
  return { facts: toFacts(checked.value) };
}
