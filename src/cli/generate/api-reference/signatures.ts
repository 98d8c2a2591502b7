/** TypeScript signatures of declarations, without bodies, default values and private parts. */
import {
  type Node,
  type NodeArray,
  type ParameterDeclaration,
  SyntaxKind,
  type TypeNode,
} from 'typescript/unstable/ast';
import {
  isArrowFunction,
  isClassDeclaration,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isGetAccessorDeclaration,
  isIdentifier,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isPropertyDeclaration,
  isSatisfiesExpression,
  isSetAccessorDeclaration,
  isTypeAliasDeclaration,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import { type Checker, NodeBuilderFlags } from 'typescript/unstable/sync';
import { isHidden } from './mentioned-types.ts';

interface Callable extends Node {
  readonly parameters: NodeArray<ParameterDeclaration>;
  readonly type?: TypeNode | undefined;
}

/** Returns the signature of an export that is declared by `node` and exported as `name`. */
export function signatureOf(checker: Checker, node: Node, name: string): string {
  if (isFunctionDeclaration(node)) return `function ${name}${typeParametersOf(node)}${callOf(checker, node)}`;
  if (isVariableDeclaration(node)) return variableSignature(checker, node, name);
  if (isClassDeclaration(node) || isInterfaceDeclaration(node)) {
    const keyword = isClassDeclaration(node) ? 'class' : 'interface';
    const heritage = (node.heritageClauses ?? []).map((clause) => ` ${clause.getText()}`).join('');
    return `${keyword} ${name}${typeParametersOf(node)}${heritage}`;
  }
  if (isTypeAliasDeclaration(node)) return `type ${name}${typeParametersOf(node)} = ${node.type.getText()}`;
  throw new Error(
    `Cannot describe the export ${name}: a declaration of the kind ${SyntaxKind[node.kind]} has no signature`,
  );
}

/** Returns the signature of a member of a class or an interface; undefined if it is not public. */
export function memberSignature(checker: Checker, node: Node): string | undefined {
  if (isHidden(node)) return undefined;
  if (isConstructorDeclaration(node)) return `constructor(${parametersOf(checker, node.parameters)})`;
  if (isMethodDeclaration(node)) return `${nameOf(node)}${typeParametersOf(node)}${callOf(checker, node)}`;
  if (isGetAccessorDeclaration(node)) return `readonly ${nameOf(node)}: ${typeText(checker, node)}`;
  if (isSetAccessorDeclaration(node)) return `${nameOf(node)}: ${typeText(checker, node.parameters[0] ?? node)}`;
  if (isPropertyDeclaration(node)) {
    const modifiers = (node.modifiers ?? []).map((modifier) => `${modifier.getText()} `).join('');
    return `${modifiers}${nameOf(node)}${node.postfixToken?.getText() === '?' ? '?' : ''}: ${typeText(checker, node)}`;
  }
  return node.getText().replace(/[;,]$/, '');
}

function variableSignature(checker: Checker, node: Node & { initializer?: Node }, name: string): string {
  const { initializer } = node;
  if (initializer && isArrowFunction(initializer))
    return `function ${name}${typeParametersOf(initializer)}${callOf(checker, initializer)}`;
  const type = typeText(checker, node);
  // The inferred type of a table repeats its rows.
  const table = initializer && isSatisfiesExpression(initializer) ? initializer.type.getText() : undefined;
  return `const ${name}: ${table !== undefined && type.length > maxTypeLength ? table : type}`;
}

const maxTypeLength = 160;

const callOf = (checker: Checker, node: Callable): string =>
  `(${parametersOf(checker, node.parameters)}): ${node.type?.getText() ?? returnTypeOf(checker, node)}`;

function returnTypeOf(checker: Checker, node: Node): string {
  const signature = checker.getSignatureFromDeclaration(node);
  const type = signature && checker.getReturnTypeOfSignature(signature);
  return type ? checker.typeToString(type, node, NodeBuilderFlags.NoTruncation) : 'void';
}

const parametersOf = (checker: Checker, parameters: NodeArray<ParameterDeclaration>): string =>
  parameters
    .map((parameter) => {
      const { name, dotDotDotToken, questionToken, initializer } = parameter;
      const optional = questionToken || initializer ? '?' : '';
      // A pattern such as `{ id, log }` has no name that callers know.
      const label = isIdentifier(name) ? name.getText() : 'options';
      return `${dotDotDotToken ? '...' : ''}${label}${optional}: ${typeText(checker, parameter)}`;
    })
    .join(', ');

/** Returns the annotation of a declaration, or the type that is inferred. */
function typeText(checker: Checker, node: Node): string {
  const { type } = node as Node & { type?: Node };
  if (type) return type.getText();
  const { name } = node as Node & { name?: Node };
  const inferred = name && checker.getTypeAtLocation(name);
  return inferred ? checker.typeToString(inferred) : 'unknown';
}

const nameOf = (node: Node): string => (node as Node & { name: Node }).name.getText();

function typeParametersOf(node: Node): string {
  const { typeParameters = [] } = node as Node & { typeParameters?: readonly Node[] };
  return typeParameters.length > 0 ? `<${typeParameters.map((parameter) => parameter.getText()).join(', ')}>` : '';
}
