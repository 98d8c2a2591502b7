/** Verifies `none`, WebAuthn L3 section 8.7. */
import type { StatementFormat } from './statement.ts';

export const none: StatementFormat = {
  certificates: () => undefined,
  problem: ({ attStmt }) => (attStmt.size > 0 ? 'a none statement must be empty' : undefined),
};
