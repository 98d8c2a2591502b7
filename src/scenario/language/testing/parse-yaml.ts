/** Parses valid YAML in tests. */
import type { SourceNode } from '../source-node.ts';
import { readYaml } from '../yaml-source.ts';

/** @throws {Error} if `text` is not valid. */
export function parseYaml(text: string, file = 'a.yaml'): SourceNode {
  const { root, diagnostics } = readYaml(text, file);
  if (root === undefined || diagnostics.length > 0) throw new Error(`Cannot parse ${file}: ${diagnostics[0]?.message}`);
  return root;
}
