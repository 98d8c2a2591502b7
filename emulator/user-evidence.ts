/** The evidence of user presence and verification that a command has collected (CTAP 2.1 sections 6.1.2 and 6.2.2). */
import type { TokenUse } from './state.ts';

/** User verification and user presence collected so far. */
export interface UserEvidence {
  verified: boolean;
  present: boolean;
  /** Set if a pinUvAuthParam verified the user. */
  token?: TokenUse | undefined;
}
