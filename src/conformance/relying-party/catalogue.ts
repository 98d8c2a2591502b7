/** The mutation catalogue: every case of every group, in the order of the documentation. */
import { clientDataCases } from './cases/client-data.ts';
import { envelopeCases } from './cases/envelope.ts';
import type { RelyingPartyCase } from './relying-party-case.ts';

export const relyingPartyCatalogue: readonly RelyingPartyCase[] = [...envelopeCases, ...clientDataCases];

/** Titles of the groups, in the order of the catalogue. */
export const groupTitles: Readonly<Record<string, string>> = {
  envelope: 'JSON of the credential at registration',
  'sign-in-envelope': 'JSON of the credential at sign-in',
  'client-data': 'Client data at registration',
  'sign-in-client-data': 'Client data at sign-in',
};
