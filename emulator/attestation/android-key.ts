/**
 * Attestation statement format `android-key`, WebAuthn L3 section 8.4: the Android key store certifies the credential key itself,
 * and an extension of the certificate describes the key.
 */
import { concat } from '#base/bytes.ts';
import * as der from '#protocol/der.ts';
import type { Extension } from '#protocol/x509/certificate.ts';
import { organisation } from './attestation-ca.ts';
import type { AttestationFormat } from './format.ts';

export const androidKey: AttestationFormat = {
  fmt: 'android-key',
  metadataTypes: ['basic_full'],
  algorithms: ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'RS384', 'RS512'],
  attest({ authData, clientDataHash, credentialId, credentialKey }, env) {
    const identity = env.state.identity.attestation();
    const chain = identity.issueCertificate({
      label: `android-key ${Buffer.from(credentialId).toString('base64')}`,
      subject: [...organisation, ['CN', 'Android Keystore Key (emulated)']],
      spki: credentialKey.spki,
      extensions: [keyDescription(clientDataHash)],
    });
    return new Map<string, number | Uint8Array | Uint8Array[]>([
      ['alg', credentialKey.alg],
      ['sig', env.faultHooks.signature(credentialKey.sign(concat(authData, clientDataHash)))],
      ['x5c', identity.sendsRoot ? [...chain, identity.root] : chain],
    ]);
  },
};

/** SecurityLevel TrustedEnvironment. */
const trustedEnvironment = 1;
/** Tags of AuthorizationList, with the values KM_PURPOSE_SIGN and KM_ORIGIN_GENERATED. */
const purpose = { tag: 1, sign: 2 };
const origin = { tag: 702, generated: 0 };

/**
 * Returns the KeyDescription extension of Android key and ID attestation, version 3: generated in the trusted
 * environment, for signing only.
 */
function keyDescription(attestationChallenge: Uint8Array): Extension {
  const hardwareEnforced = der.sequence(
    der.contextSpecific(purpose.tag, der.setOf(der.integer(purpose.sign))),
    der.contextSpecific(origin.tag, der.integer(origin.generated)),
  );
  return {
    oid: '1.3.6.1.4.1.11129.2.1.17',
    critical: false,
    value: der.sequence(
      der.integer(3), // attestationVersion
      der.enumerated(trustedEnvironment),
      der.integer(4), // keymasterVersion
      der.enumerated(trustedEnvironment),
      der.octetString(attestationChallenge),
      der.octetString(new Uint8Array(0)), // uniqueId
      der.sequence(), // softwareEnforced
      hardwareEnforced,
    ),
  };
}
