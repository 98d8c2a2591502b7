/** Kinds of mistakes of relying parties, the worst first, with their meaning. */
export const mistakes = {
  'account-takeover': 'Invalid responses accepted that take over accounts',
  attestation: 'Invalid responses accepted that weaken attestation',
  interoperability: 'Invalid responses accepted on which relying parties disagree',
  hygiene: 'Invalid responses accepted without a known attack',
  'wrongly-refused': 'Valid responses refused',
  crashed: 'Crashes instead of refusals',
  'not-supported': 'Cases about something that the relying party lacks and the profile demands',
} as const;

const order = Object.keys(mistakes);

/** Returns 0 for the worst mistake. */
export const rankOfMistake = ({ mistake }: { mistake: string | undefined }): number =>
  mistake === undefined ? order.length : order.indexOf(mistake);
