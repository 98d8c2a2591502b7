/** Attestation format android-safetynet: WebAuthn L3 section 8.5. */
import { concat, toBase64url, utf8 } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import { deleteMember, flipBits, setMember } from '#protocol/edits.ts';
import type { CertificateTemplate, Extension } from '#protocol/x509/certificate.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { ChainBuilder, expired, oid, statement, suiteKey } from './certificates.ts';
import {
  accept,
  breaksForm,
  mayAccept,
  namesOtherAlgorithm,
  type Rows,
  refuse,
  registrationCases,
  withoutTrust,
} from './define.ts';

interface SafetyNetParts {
  header?: Record<string, unknown>;
  payload?: Record<string, unknown>;
  /** Host of the certificate. */
  host?: string;
  certificate?: Partial<CertificateTemplate>;
  signature?(bytes: Uint8Array): Uint8Array;
  response?(jws: string): string;
  knownRoot?: boolean;
}
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const serviceHost = 'attest.android.com';

/** subjectAltName with the name of a host: clients of today do not look for it in the subject. */
const alternativeName = (host: string): Extension => ({
  oid: oid.subjectAltName,
  critical: false,
  value: der.sequence(der.contextSpecific(2, utf8(host), false)),
});

/** Makes the whole response of the service, with these parts changed. */
const safetyNet = (parts: SafetyNetParts): RegistrationChange =>
  statement((all, context) => {
    const builder = new ChainBuilder(context);
    const { host = serviceHost } = parts;
    const key = suiteKey('safetynet', 'RS256');
    const issuer = parts.knownRoot === false ? builder.untrustedRoot('Unknown root') : builder.root;
    const leaf = builder.leaf(
      issuer,
      (template) => ({
        subject: [
          ['C', 'CH'],
          ['O', 'Suite'],
          ['CN', host],
        ],
        extensions: [...template.extensions.filter((one) => one.oid !== oid.aaguid), alternativeName(host)],
        ...parts.certificate,
      }),
      key,
    );
    const nonce = base64(sha256(concat(context.authData, context.clientDataHash)));
    const payload = { nonce, timestampMs: Date.now(), ctsProfileMatch: true, basicIntegrity: true, ...parts.payload };
    const input = [{ alg: 'RS256', x5c: [base64(leaf)], ...parts.header }, payload]
      .map((part) => toBase64url(utf8(JSON.stringify(part))))
      .join('.');
    const signature = key.sign(utf8(input));
    const jws = `${input}.${toBase64url(parts.signature?.(signature) ?? signature)}`;
    return new Map(all).set('response', utf8(parts.response?.(jws) ?? jws));
  });
const response = 'android-safetynet.response';
const unreadable = [response] as const;

const isDiagnosis = 'Since WebAuthn L2 no step asks for ctsProfileMatch; WebAuthn L1 required true';

const safetyNetRows: Rows<RegistrationChange> = {
  'ver.missing': refuse(
    ['android-safetynet.members', 'android-safetynet.version'],
    'ver is missing',
    statement(deleteMember('ver')),
  ),
  'ver.empty': mayAccept(
    'Section 8.5 requires text, and reserves its content for future use',
    refuse('android-safetynet.version', 'ver is empty', statement(setMember('ver', ''))),
  ),
  'ver.number': refuse('android-safetynet.version', 'ver is a number', statement(setMember('ver', 1))),
  'member.more': refuse('android-safetynet.members', 'There is a member more', statement(setMember('more', 1))),
  'response.missing': refuse(
    ['android-safetynet.members', response],
    'response is missing',
    statement(deleteMember('response')),
    withoutTrust,
  ),
  'response.text': refuse(unreadable, 'response is text', statement(setMember('response', 'response')), withoutTrust),
  'response.two-parts': refuse(
    'android-safetynet.signature',
    'response has two parts',
    safetyNet({ response: (jws) => jws.split('.').slice(0, 2).join('.') }),
  ),
  'response.four-parts': breaksForm(
    refuse(unreadable, 'response has four parts', safetyNet({ response: (jws) => `${jws}.AA` }), withoutTrust),
  ),
  'response.not-json': refuse(
    unreadable,
    'The payload is not JSON',
    safetyNet({ response: (jws) => jws.replace(/\.[^.]+\./, '.AAAA.') }),
    withoutTrust,
  ),
  'response.x5c-missing': refuse(
    unreadable,
    'The header has no x5c',
    safetyNet({ header: { x5c: undefined } }),
    withoutTrust,
  ),
  'response.x5c-text': refuse(
    unreadable,
    'x5c of the header is text',
    safetyNet({ header: { x5c: 'AAAA' } }),
    withoutTrust,
  ),
  'response.x5c-empty': refuse(
    'statement.certificates',
    'x5c of the header is empty',
    safetyNet({ header: { x5c: [] } }),
  ),
  'nonce.other': refuse(
    'android-safetynet.nonce',
    'nonce is another one',
    safetyNet({ payload: { nonce: base64(sha256('other')) } }),
  ),
  'nonce.missing': refuse('android-safetynet.nonce', 'nonce is missing', safetyNet({ payload: { nonce: undefined } })),
  'nonce.base64url': refuse(
    'android-safetynet.nonce',
    'nonce is in hexadecimal',
    safetyNet({ payload: { nonce: Buffer.from(sha256('other')).toString('hex') } }),
  ),
  'cts.false': mayAccept(
    isDiagnosis,
    refuse(
      'android-safetynet.cts-profile',
      'ctsProfileMatch is false',
      safetyNet({ payload: { ctsProfileMatch: false } }),
    ),
  ),
  'cts.missing': mayAccept(
    isDiagnosis,
    refuse(
      'android-safetynet.cts-profile',
      'ctsProfileMatch is missing',
      safetyNet({ payload: { ctsProfileMatch: undefined } }),
    ),
  ),
  'cts.text': mayAccept(
    isDiagnosis,
    refuse(
      'android-safetynet.cts-profile',
      'ctsProfileMatch is the text true',
      safetyNet({ payload: { ctsProfileMatch: 'true' } }),
    ),
  ),
  'timestamp.old': refuse(
    'android-safetynet.timestamp',
    'timestampMs is a day old',
    safetyNet({ payload: { timestampMs: 1 } }),
  ),
  'timestamp.future': refuse(
    'android-safetynet.timestamp',
    'timestampMs is in the future',
    safetyNet({ payload: { timestampMs: 4_000_000_000_000 } }),
  ),
  'timestamp.text': refuse(
    'android-safetynet.timestamp',
    'timestampMs is text',
    safetyNet({ payload: { timestampMs: 'now' } }),
  ),
  'timestamp.missing': refuse(
    'android-safetynet.timestamp',
    'timestampMs is missing',
    safetyNet({ payload: { timestampMs: undefined } }),
  ),
  'host.other': refuse(
    'android-safetynet.host',
    'The certificate is that of another host',
    safetyNet({ host: 'attacker.example' }),
  ),
  'host.suffix': refuse(
    'android-safetynet.host',
    'The host of the certificate has a suffix',
    safetyNet({ host: `${serviceHost}.attacker.example` }),
  ),
  'host.subdomain': refuse(
    'android-safetynet.host',
    'The host of the certificate is a subdomain',
    safetyNet({ host: `evil.${serviceHost}` }),
  ),
  'signature.bit': refuse(
    'android-safetynet.signature',
    'One bit of the signature differs',
    safetyNet({ signature: flipBits(-1) }),
  ),
  'signature.empty': refuse(
    'android-safetynet.signature',
    'The signature is empty',
    safetyNet({ signature: () => new Uint8Array() }),
  ),
  'signature.alg-none': refuse(
    'android-safetynet.signature',
    'alg of the header is none, and there is no signature',
    safetyNet({ header: { alg: 'none' }, signature: () => new Uint8Array() }),
  ),
  'signature.alg-hmac': namesOtherAlgorithm(
    refuse('android-safetynet.signature', 'alg of the header is HS256', safetyNet({ header: { alg: 'HS256' } })),
  ),
  'signature.alg-missing': namesOtherAlgorithm(
    refuse('android-safetynet.signature', 'alg of the header is missing', safetyNet({ header: { alg: undefined } })),
  ),
  'certificate.expired': refuse('path.date', 'The certificate has expired', safetyNet({ certificate: expired })),
  'certificate.anchor': refuse(
    'path.anchor',
    'The certificate leads to an unknown root',
    safetyNet({ knownRoot: false }),
  ),
  'control.remade': accept('The response is made by the suite', safetyNet({})),
  'control.unknown-claim': accept(
    'The payload has an unknown claim',
    safetyNet({ payload: { evaluationType: 'BASIC' } }),
  ),
  'control.valid': accept('The response is made by the emulator', {}),
};

export const safetyNetCases = registrationCases(
  'android-safetynet',
  { attestation: 'android-safetynet' },
  safetyNetRows,
);
