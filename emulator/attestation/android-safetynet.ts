/**
 * Attestation statement format `android-safetynet`, WebAuthn L3 section 8.5: a JSON Web Signature of the SafetyNet
 * service about the device.
 */
import { concat, toBase64url, utf8 } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import { organisation } from './attestation-ca.ts';
import type { AttestationFormat } from './format.ts';
import { signJws } from './jws.ts';

const host = 'attest.android.com';

export const androidSafetynet: AttestationFormat = {
  fmt: 'android-safetynet',
  metadataTypes: ['basic_full'],
  attest({ authData, clientDataHash }, env) {
    const identity = env.state.identity.attestation();
    const key = identity.deriveKey('safetynet', 'RS256');
    const x5c = identity.issueCertificate({
      label: 'android-safetynet service',
      subject: [...organisation, ['CN', host]],
      spki: key.spki,
      extensions: [{ oid: '2.5.29.17', critical: false, value: der.sequence(dnsName(host)) }],
    });
    const payload = {
      nonce: base64(sha256(concat(authData, clientDataHash))),
      timestampMs: Math.floor(env.clock.now()),
      apkPackageName: 'com.google.android.gms',
      apkDigestSha256: base64(sha256('touchstone emulated package')),
      ctsProfileMatch: true,
      basicIntegrity: true,
    };
    const sign = (data: Uint8Array) => env.faultHooks.signature(key.sign(data));
    return new Map<string, string | Uint8Array>([
      ['ver', '12685023'],
      ['response', utf8(signJws({ alg: 'RS256', x5c: x5c.map(base64) }, payload, sign))],
    ]);
  },
};

const base64 = (bytes: Uint8Array): string => Buffer.from(toBase64url(bytes), 'base64url').toString('base64');
/** Encodes a GeneralName of type dNSName, RFC 5280 section 4.2.1.6. */
const dnsName = (name: string) => der.contextSpecific(2, utf8(name), false);
