/** Attestation format tpm: WebAuthn L3 sections 8.3 and 8.3.1; structures of the TPM 2.0 Library, part 2. */
import { flipBits } from '#protocol/edits.ts';
import { accept, refuse, registrationCases } from './define.ts';
import { certificateRows } from './tpm-certificate.ts';
import { pubArea, setAt } from './tpm-edits.ts';
import { statementRows } from './tpm-statement.ts';

export const tpmCases = [
  ...registrationCases('tpm', { attestation: 'tpm' }, { ...statementRows, ...certificateRows }),
  ...registrationCases(
    'tpm',
    { attestation: 'tpm', algorithm: 'ES384' },
    { 'control.p384': accept('The credential key is on P-384', {}) },
  ),
  ...registrationCases(
    'tpm',
    { attestation: 'tpm', algorithm: 'RS256' },
    {
      'control.rsa': accept('The credential key is RSA', {}),
      'pub-area.modulus': refuse('tpm.public-area', 'One bit of the RSA modulus differs', pubArea(flipBits(-8))),
      'pub-area.exponent': refuse('tpm.public-area', 'The RSA exponent is 3', pubArea(setAt(16, 0, 0, 0, 3))),
      'pub-area.control-exponent': accept('The RSA exponent 65537 is written out', pubArea(setAt(16, 0, 1, 0, 1))),
    },
  ),
];
