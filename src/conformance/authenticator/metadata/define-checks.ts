/**
 * Builds requirements of the group `mds` from rows: what a statement must fulfil, and a change of a valid statement that violates it.
 * The change proves the requirement, as a defect of the emulated authenticator proves others.
 */
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { check } from '../checks.ts';
import { hasMetadata } from '../preconditions.ts';
import { defineGroup, type Requirement } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import type { MetadataStatement } from './statement.ts';

type ChangeableStatement = Record<string, unknown>;

export interface StatementChange {
  /** What is wrong with the changed statement. */
  title: string;
  change(statement: ChangeableStatement): void;
}

export interface StatementCheck {
  title: string;
  section: string;
  document?: string;
  level?: Requirement['level'];
  /** What is wrong with the changed statement, and the change of a valid statement that makes it so. */
  wrong: readonly [title: string, change: StatementChange['change']];
  /** Returns what is wrong, or undefined. */
  findProblem(statement: MetadataStatement, info: AuthenticatorInfo, context: TestContext): Problem | Promise<Problem>;
}

export type Problem = string | undefined;

export const registry = 'FIDO Registry 2.2';

/** By id of the requirement without the group. */
export type StatementChecks = Readonly<Record<string, StatementCheck>>;

/** The name of the change that proves a requirement, in place of the name of a defect. */
const changeName = (id: string): string => `metadata.${id}`;

/** Returns the requirements of the rows. */
export const defineChecks = (checks: StatementChecks): Requirement[] =>
  defineGroup(
    { group: 'mds', document: 'FIDO Metadata Statement 3.0', preconditions: [hasMetadata] },
    Object.entries(checks).map(([id, row]) => ({
      id,
      title: row.title,
      section: row.section,
      ...(row.document !== undefined && { document: row.document }),
      ...(row.level !== undefined && { level: row.level }),
      provenBy: [changeName(id)],
      async run(context) {
        const problem = await row.findProblem(context.metadata, context.info, context);
        check(problem === undefined, problem ?? '');
      },
    })),
  );

/** Returns the changes of the rows by their names. */
export const changesOf = (checks: StatementChecks): Record<string, StatementChange> =>
  Object.fromEntries(
    Object.entries(checks).map(
      ([
        id,
        {
          wrong: [title, change],
        },
      ]) => [changeName(id), { title, change }],
    ),
  );

/** Returns a value for messages. */
export const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
