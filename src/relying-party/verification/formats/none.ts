/** Verifies `none`, WebAuthn L3 section 8.7. */
import type { StatementFormat } from './statement.ts';

export const none: StatementFormat = {
  leafExtensions: [],
  readCertificates: () => undefined,
  findProblem: ({ attStmt }) => (attStmt.size > 0 ? 'Expected an empty statement' : undefined),
};
