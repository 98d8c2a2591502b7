/** What one ceremony demands. */
export interface CeremonySettings {
  userVerification: 'required' | 'preferred';
  /** `required` refuses a registration without a trusted certificate chain, `optional` accepts it. */
  attestation: 'required' | 'optional';
  /** COSE algorithms that are requested. */
  algorithms: readonly number[];
}
