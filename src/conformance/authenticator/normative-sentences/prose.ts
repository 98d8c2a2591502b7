/** Sections of prose. Their sentences are not counted: no dependable copy of the text is available to this project. */
import type { ExcludedSection, UncountedSection } from './section.ts';

const uncountedReason =
  'The sentences of the section are not counted: no copy of the text is available from which the count can be taken and checked again';

const uncounted = (document: string, sections: readonly (readonly [section: string, title: string])[]) =>
  sections.map(
    ([section, title]): UncountedSection => ({ kind: 'uncounted', document, section, title, reason: uncountedReason }),
  );

const excluded = (
  document: string,
  sections: readonly (readonly [section: string, title: string, reason: string])[],
): ExcludedSection[] =>
  sections.map(([section, title, reason]) => ({ kind: 'excluded', document, section, title, reason }));

export const uncountedSections: readonly UncountedSection[] = [
  ...uncounted('CTAP 2.1', [
    ['6.3', 'authenticatorGetNextAssertion'],
    ['6.5.1', 'PIN composition requirements'],
    ['6.5.2.1', 'pinUvAuthToken state'],
    ['6.5.2.2', 'PIN and UV retries'],
    ['6.5.2.3', 'PIN retries'],
    ['6.5.2.4', 'UV retries'],
    ['6.5.3.2', 'Functions that change the state of a pinUvAuthToken'],
    ['6.5.4', 'PIN/UV auth protocol, abstract definition'],
    ['6.5.5.2', 'getPINRetries'],
    ['6.5.5.3', 'getUVRetries'],
    ['6.5.5.4', 'getKeyAgreement'],
    ['6.5.5.5', 'setPIN'],
    ['6.5.5.6', 'changePIN'],
    ['6.5.5.7.1', 'getPinToken'],
    ['6.5.5.7.2', 'getPinUvAuthTokenUsingPinWithPermissions'],
    ['6.5.5.7.3', 'getPinUvAuthTokenUsingUvWithPermissions'],
    ['6.5.6', 'PIN/UV auth protocol one'],
    ['6.5.7', 'PIN/UV auth protocol two'],
    ['6.6', 'authenticatorReset'],
    ['6.7.1', 'Modalities'],
    ['6.7.2', 'getModality'],
    ['6.7.3', 'getFingerprintSensorInfo'],
    ['6.7.4', 'Enrolling a fingerprint'],
    ['6.7.5', 'cancelCurrentEnrollment'],
    ['6.7.6', 'enumerateEnrollments'],
    ['6.7.7', 'setFriendlyName'],
    ['6.7.8', 'removeEnrollment'],
    ['6.8.2', 'getCredsMetadata'],
    ['6.8.3', 'enumerateRPs'],
    ['6.8.4', 'enumerateCredentials'],
    ['6.8.5', 'deleteCredential'],
    ['6.8.6', 'updateUserInformation'],
    ['6.9', 'authenticatorSelection'],
    ['6.10', 'authenticatorLargeBlobs'],
    ['6.11.1', 'enableEnterpriseAttestation'],
    ['6.11.2', 'toggleAlwaysUv'],
    ['6.11.4', 'setMinPINLength'],
    ['7.1', 'Enterprise attestation'],
    ['7.2.3', 'Always require user verification: effects'],
    ['7.2.4', 'Always require user verification: CTAP1/U2F'],
    ['8', 'Message encoding'],
    ['10', 'Interoperating with CTAP1/U2F'],
    ['11.2.3', 'CTAPHID: concurrency and channels'],
    ['11.2.4', 'CTAPHID: message and packet structure'],
    ['11.2.5.1', 'CTAPHID: transaction atomicity, idle and busy states'],
    ['11.2.5.2', 'CTAPHID: transaction timeout'],
    ['11.2.5.3', 'CTAPHID: transaction abort and resynchronization'],
    ['11.2.5.4', 'CTAPHID: packet sequencing'],
    ['11.2.6', 'CTAPHID: channel locking'],
    ['11.2.7', 'CTAPHID: protocol version'],
    ['11.2.9.1.1', 'CTAPHID_MSG'],
    ['11.2.9.1.2', 'CTAPHID_CBOR'],
    ['11.2.9.1.3', 'CTAPHID_INIT'],
    ['11.2.9.1.4', 'CTAPHID_PING'],
    ['11.2.9.1.5', 'CTAPHID_CANCEL'],
    ['11.2.9.1.7', 'CTAPHID_KEEPALIVE'],
    ['11.2.9.2.1', 'CTAPHID_WINK'],
    ['11.2.9.2.2', 'CTAPHID_LOCK'],
    ['11.3.3', 'NFC: applet selection'],
    ['11.3.4', 'NFC: applet deselection'],
    ['11.3.6', 'NFC: fragmentation'],
    ['11.3.7.1', 'NFCCTAP_MSG'],
    ['11.3.7.2', 'NFCCTAP_GETRESPONSE'],
    ['12.1', 'credProtect'],
    ['12.2', 'credBlob'],
    ['12.3', 'largeBlobKey'],
    ['12.4', 'minPinLength'],
    ['12.5', 'hmac-secret'],
  ]),
  ...uncounted('CTAP 2.3', [
    ['6.4', 'authenticatorGetInfo: additions'],
    ['6.5.5.6', 'changePIN: additions'],
    ['6.8', 'authenticatorCredentialManagement: additions'],
    ['6.8.5', 'enumerateCredentials: additions'],
    ['6.11', 'authenticatorConfig: additions'],
    ['12', 'Extensions: additions'],
  ]),
  ...uncounted('U2F 1.2', [
    ['3.1.1', 'Command and parameter encoding'],
    ['3.3', 'Status codes'],
    ['4.1', 'Registration request'],
    ['4.3', 'Registration response'],
    ['5.4', 'Authentication response'],
    ['6.2', 'Version response'],
  ]),
  ...uncounted('WebAuthn L2', [['10.3', 'User verification method extension']]),
  ...uncounted('WebAuthn L3', [
    ['4', 'Terminology'],
    ['5.4.3', 'User account parameters'],
    ['6.1', 'Authenticator data'],
    ['6.1.1', 'Signature counter'],
    ['6.1.3', 'Credential backup state'],
    ['6.3.2', 'The authenticatorMakeCredential operation'],
    ['6.4.1', 'String truncation'],
    ['6.5.1', 'Attested credential data'],
    ['6.5.1.1', 'COSE_Key of the credential public key'],
    ['6.5.5', 'Signature formats'],
    ['8.2', 'Packed attestation statement format'],
    ['8.2.1', 'Certificate requirements of packed attestation'],
    ['8.6', 'FIDO U2F attestation statement format'],
    ['9.5', 'Authenticator extension processing'],
  ]),
  ...uncounted('RFC 5280', [
    ['4.1.2.2', 'Serial number'],
    ['4.1.2.5', 'Validity'],
    ['4.2', 'Certificate extensions'],
    ['6.1', 'Basic path validation'],
  ]),
  ...uncounted('FIPS 186-5', [['6.3', 'Secret numbers of ECDSA signatures']]),
  ...uncounted('ISO 7816-4', [
    ['5.3.3', 'Command chaining'],
    ['5.3.4', 'Response fragmentation'],
    ['5.4.1', 'Class byte'],
    ['5.6', 'Status bytes'],
    ['11.2.2', 'SELECT'],
    ['11.3.1', 'GET RESPONSE'],
  ]),
];

const sectionsOf = (title: string, ...sections: readonly string[]) =>
  sections.map((section): [string, string] => [section, title]);

export const metadataSections: readonly UncountedSection[] = [
  ...uncounted('FIDO Metadata Statement 3.0', [
    ...sectionsOf('Types of metadata statements', '3.1', '3.2', '3.5', '3.10', '3.11', '3.12'),
    ['4', 'Metadata keys'],
  ]),
  ...uncounted(
    'FIDO Registry 2.2',
    sectionsOf('Constants', '3.1', '3.2', '3.3', '3.4', '3.5', '3.6.1', '3.6.2', '3.6.3'),
  ),
];

const platform = 'Requirements on platforms, not on authenticators';

export const excludedSections: readonly ExcludedSection[] = excluded('CTAP 2.1', [
  ['3', 'Protocol structure', 'Overview'],
  ['5', 'Protocol overview', platform],
  ['6.12', 'Prototype commands', 'Vendors define them'],
  ['7.3', 'Authenticator certifications', 'A certification cannot be observed through CTAP'],
  ['9', 'Mandatory features', 'The profiles of the suite state what an authenticator must have'],
  ['11.2.8', 'HID device implementation', 'USB descriptors are below the reports that a target gives access to'],
  ['11.2.9.3', 'Vendor-specific commands', 'Vendors define them'],
  ['11.4', 'Bluetooth Smart', 'The project has no transport over Bluetooth'],
]);
