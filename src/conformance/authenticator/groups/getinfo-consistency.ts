/** getinfo: members that must agree with each other, CTAP 2.1 section 6.4. */
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { check } from '../checks.ts';
import { fromVersion, hasClientPin, hasMember, hasOption } from '../preconditions.ts';
import { defineGroup, type Precondition, type RequirementInput } from '../requirement.ts';

/** A condition between two members. */
const together = (
  id: string,
  title: string,
  provenBy: string,
  isMet: (info: AuthenticatorInfo) => boolean,
  preconditions: readonly Precondition[] = [],
): RequirementInput => ({
  id: `consistency.${id}`,
  title,
  section: '6.4',
  provenBy: [provenBy],
  preconditions,
  async run(context) {
    check(isMet(await context.readInfo()), `Expected this to hold: ${title}`);
  },
});

const optionOf = (id: string) => (info: AuthenticatorInfo) => info.options?.[id];

const isAbsentOr = (info: AuthenticatorInfo, id: string, isMet: boolean) => optionOf(id)(info) === undefined || isMet;

const hasExtensionId = ({ extensions = [] }: AuthenticatorInfo, id: string) => extensions.includes(id);

const consistency: RequirementInput[] = [
  together(
    'protocols-with-client-pin',
    'pinUvAuthProtocols is present if clientPin is',
    'getinfo.protocols-missing',
    (info) => isAbsentOr(info, 'clientPin', info.pinUvAuthProtocols !== undefined),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'min-pin-length-with-client-pin',
    'minPINLength is present if clientPin is',
    'getinfo.min-pin-length-missing',
    (info) => isAbsentOr(info, 'clientPin', info.minPINLength !== undefined),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'large-blob-array-with-large-blobs',
    'maxSerializedLargeBlobArray is present if and only if largeBlobs is true',
    'getinfo.large-blob-array-missing',
    (info) => (optionOf('largeBlobs')(info) === true) === (info.maxSerializedLargeBlobArray !== undefined),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'large-blob-key-with-large-blobs',
    'The extension largeBlobKey is present if and only if largeBlobs is true',
    'getinfo.extensions-hidden',
    (info) => (optionOf('largeBlobs')(info) === true) === hasExtensionId(info, 'largeBlobKey'),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'cred-blob-length',
    'maxCredBlobLength is present if and only if the extension credBlob is',
    'getinfo.cred-blob-length-missing',
    (info) => hasExtensionId(info, 'credBlob') === (info.maxCredBlobLength !== undefined),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'min-pin-length-extension',
    'The extension minPinLength requires the option setMinPINLength or a fixed list',
    'getinfo.set-min-pin-length-hidden',
    (info) => info.maxRPIDsForSetMinPINLength === undefined || optionOf('setMinPINLength')(info) !== undefined,
    [fromVersion('FIDO_2_1'), hasMember('maxRPIDsForSetMinPINLength'), hasClientPin],
  ),
  together(
    'rp-ids-with-set-min-pin-length',
    'maxRPIDsForSetMinPINLength is present if setMinPINLength is true',
    'getinfo.rp-ids-missing',
    (info) => optionOf('setMinPINLength')(info) !== true || info.maxRPIDsForSetMinPINLength !== undefined,
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'config-with-set-min-pin-length',
    'authnrCfg is true if setMinPINLength is',
    'getinfo.config-hidden',
    (info) => optionOf('setMinPINLength')(info) !== true || optionOf('authnrCfg')(info) === true,
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'config-with-uv-acfg',
    'authnrCfg is true if uvAcfg is',
    'getinfo.config-hidden',
    (info) => optionOf('uvAcfg')(info) !== true || optionOf('authnrCfg')(info) === true,
    [hasOption('uvAcfg')],
  ),
  together(
    'bio-with-uv-bio-enroll',
    'bioEnroll is present if uvBioEnroll is',
    'getinfo.bio-hidden',
    (info) => isAbsentOr(info, 'uvBioEnroll', optionOf('bioEnroll')(info) !== undefined),
    [hasOption('uvBioEnroll')],
  ),
  together(
    'management-with-persistent-token',
    'credMgmt is true if perCredMgmtRO is',
    'getinfo.management-hidden',
    (info) => optionOf('perCredMgmtRO')(info) !== true || optionOf('credMgmt')(info) === true,
    [hasOption('perCredMgmtRO')],
  ),
  together(
    'token-with-permissions',
    'pinUvAuthToken is true if noMcGaPermissionsWithClientPin is present',
    'getinfo.token-hidden',
    (info) => isAbsentOr(info, 'noMcGaPermissionsWithClientPin', optionOf('pinUvAuthToken')(info) === true),
  ),
  together(
    'token-with-pin',
    'pinUvAuthToken is true on an authenticator with FIDO_2_1 and clientPin',
    'getinfo.token-hidden',
    (info) => isAbsentOr(info, 'clientPin', optionOf('pinUvAuthToken')(info) === true),
    [fromVersion('FIDO_2_1')],
  ),
  together(
    'make-cred-uv-not-rqd-with-always-uv',
    'makeCredUvNotRqd is not true while alwaysUv is',
    'getinfo.always-uv-claimed',
    (info) => optionOf('alwaysUv')(info) !== true || optionOf('makeCredUvNotRqd')(info) !== true,
    [hasOption('alwaysUv')],
  ),
  together(
    'uv-modality-with-uv',
    'uvModality does not occur without built-in user verification',
    'getinfo.uv-hidden',
    (info) => info.uvModality === undefined || optionOf('uv')(info) !== undefined,
    [hasMember('uvModality')],
  ),
  together(
    'hmac-secret-mc',
    'The extension hmac-secret-mc requires hmac-secret',
    'getinfo.hmac-secret-hidden',
    (info) => !hasExtensionId(info, 'hmac-secret-mc') || hasExtensionId(info, 'hmac-secret'),
    [fromVersion('FIDO_2_3')],
  ),
  together(
    'pin-lengths',
    'minPINLength is not greater than maxPINLength',
    'getinfo.max-pin-length-low',
    (info) => (info.minPINLength ?? 4) <= (info.maxPINLength ?? 63),
    [hasMember('maxPINLength')],
  ),
  together(
    'config-commands',
    'authenticatorConfigCommands is present only with authnrCfg',
    'getinfo.config-hidden',
    (info) => info.authenticatorConfigCommands === undefined || optionOf('authnrCfg')(info) === true,
    [hasMember('authenticatorConfigCommands')],
  ),
  together(
    'enc-members',
    'encIdentifier and encCredStoreState are 16 bytes of IV and whole blocks',
    'getinfo.enc-identifier-short',
    (info) =>
      [info.encIdentifier, info.encCredStoreState].every(
        (bytes) => bytes === undefined || (bytes.length >= 32 && bytes.length % 16 === 0),
      ),
  ),
];

export const getInfoConsistency = defineGroup({ group: 'getinfo', document: 'CTAP 2.1' }, consistency);
