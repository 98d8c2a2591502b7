/** The types that the public part of a declaration mentions. */
import { type Identifier, type Node, type NodeArray, SyntaxKind } from 'typescript/unstable/ast';
import { isArrowFunction, isBlock, isIdentifier } from 'typescript/unstable/ast/is';

/** Returns the identifiers in the signature of a declaration, its public members included, function bodies and default values not. */
export function identifiersInSignature(node: Node): Identifier[] {
  const identifiers: Identifier[] = [];
  const visit = (child: Node): void => {
    if (isBlock(child) || isHidden(child) || isDefaultValue(child)) return;
    if (isIdentifier(child)) identifiers.push(child);
    child.forEachChild(visit);
  };
  node.forEachChild(visit);
  return identifiers;
}

/** Returns whether a member is private or marked with `@internal`. */
export function isHidden(node: Node): boolean {
  const { name, modifiers, jsDoc = [] } = node as Node & { name?: Node; modifiers?: NodeArray<Node> };
  return (
    name?.kind === SyntaxKind.PrivateIdentifier ||
    (modifiers ?? []).some(({ kind }) => kind === SyntaxKind.PrivateKeyword) ||
    jsDoc.some((comment) => comment.getText().includes('@internal'))
  );
}

function isDefaultValue(node: Node): boolean {
  const { initializer } = node.parent as Node & { initializer?: Node };
  return initializer === node && !isArrowFunction(node);
}
