/** Verifies `none`, WebAuthn L3 section 8.7. */
import type { StatementFormat } from './statement.ts';

export const none: StatementFormat = {
  leafExtensions: [],
  readCertificates: () => undefined,
  *findProblems({ attStmt }) {
    if (attStmt.size > 0) yield ['none.empty', 'Expected an empty statement'];
  },
};
