/** What the authenticator knows about the user while it executes a command (CTAP 2.1 sections 6.1.2 and 6.2.2). */
import type { TokenUse } from './state.ts';

/** User verification and user presence collected so far. */
export interface UserEvidence {
  verified: boolean;
  present: boolean;
  /** Set if a pinUvAuthParam verified the user. */
  token?: TokenUse | undefined;
}
