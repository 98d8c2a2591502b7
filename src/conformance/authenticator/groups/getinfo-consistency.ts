/** getinfo: members that must agree with each other, CTAP 2.1 section 6.4. */
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { check } from '../checks.ts';
import { fromVersion, hasClientPin, hasMember, hasOption } from '../preconditions.ts';
import { defineGroup, type Precondition, type RequirementInput } from '../requirement.ts';

interface ConsistencyRow {
  title: string;
  provenBy: string;
  isMet(info: AuthenticatorInfo): boolean;
  preconditions?: readonly Precondition[];
}

/** Returns the requirement that members of getInfo agree with each other. */
const consistencyRequirement = (
  id: string,
  { title, provenBy, isMet, preconditions = [] }: ConsistencyRow,
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
  consistencyRequirement('protocols-with-client-pin', {
    title: 'pinUvAuthProtocols is present if clientPin is',
    provenBy: 'getinfo.protocols-missing',
    isMet: (info) => isAbsentOr(info, 'clientPin', info.pinUvAuthProtocols !== undefined),
    preconditions: [fromVersion('FIDO_2_1')],
  }),
  consistencyRequirement('min-pin-length-with-client-pin', {
    title: 'minPINLength is present if clientPin is',
    provenBy: 'getinfo.min-pin-length-missing',
    isMet: (info) => isAbsentOr(info, 'clientPin', info.minPINLength !== undefined),
    preconditions: [fromVersion('FIDO_2_1')],
  }),
  consistencyRequirement('large-blob-array-with-large-blobs', {
    title: 'maxSerializedLargeBlobArray is present if and only if largeBlobs is true',
    provenBy: 'getinfo.large-blob-array-missing',
    isMet: (info) => (optionOf('largeBlobs')(info) === true) === (info.maxSerializedLargeBlobArray !== undefined),
    preconditions: [fromVersion('FIDO_2_1')],
  }),
  consistencyRequirement('large-blob-key-with-large-blobs', {
    title: 'The extension largeBlobKey is present if and only if largeBlobs is true',
    provenBy: 'getinfo.extensions-hidden',
    isMet: (info) => (optionOf('largeBlobs')(info) === true) === hasExtensionId(info, 'largeBlobKey'),
    preconditions: [fromVersion('FIDO_2_1')],
  }),
  consistencyRequirement('cred-blob-length', {
    title: 'maxCredBlobLength is present if and only if the extension credBlob is',
    provenBy: 'getinfo.cred-blob-length-missing',
    isMet: (info) => hasExtensionId(info, 'credBlob') === (info.maxCredBlobLength !== undefined),
    preconditions: [fromVersion('FIDO_2_1')],
  }),
  consistencyRequirement('min-pin-length-extension', {
    title: 'The extension minPinLength requires the option setMinPINLength or a fixed list',
    provenBy: 'getinfo.set-min-pin-length-hidden',
    isMet: (info) => info.maxRPIDsForSetMinPINLength === undefined || optionOf('setMinPINLength')(info) !== undefined,
    preconditions: [fromVersion('FIDO_2_1'), hasMember('maxRPIDsForSetMinPINLength'), hasClientPin],
  }),
  consistencyRequirement('rp-ids-with-set-min-pin-length', {
    title: 'maxRPIDsForSetMinPINLength is present if setMinPINLength is true',
    provenBy: 'getinfo.rp-ids-missing',
    isMet: (info) => optionOf('setMinPINLength')(info) !== true || info.maxRPIDsForSetMinPINLength !== undefined,
    preconditions: [fromVersion('FIDO_2_1')],
  }),
  consistencyRequirement('config-with-set-min-pin-length', {
    title: 'authnrCfg is true if setMinPINLength is',
    provenBy: 'getinfo.config-hidden',
    isMet: (info) => optionOf('setMinPINLength')(info) !== true || optionOf('authnrCfg')(info) === true,
    preconditions: [fromVersion('FIDO_2_1')],
  }),
  consistencyRequirement('config-with-uv-acfg', {
    title: 'authnrCfg is true if uvAcfg is',
    provenBy: 'getinfo.config-hidden',
    isMet: (info) => optionOf('uvAcfg')(info) !== true || optionOf('authnrCfg')(info) === true,
    preconditions: [hasOption('uvAcfg')],
  }),
  consistencyRequirement('bio-with-uv-bio-enroll', {
    title: 'bioEnroll is present if uvBioEnroll is',
    provenBy: 'getinfo.bio-hidden',
    isMet: (info) => isAbsentOr(info, 'uvBioEnroll', optionOf('bioEnroll')(info) !== undefined),
    preconditions: [hasOption('uvBioEnroll')],
  }),
  consistencyRequirement('management-with-persistent-token', {
    title: 'credMgmt is true if perCredMgmtRO is',
    provenBy: 'getinfo.management-hidden',
    isMet: (info) => optionOf('perCredMgmtRO')(info) !== true || optionOf('credMgmt')(info) === true,
    preconditions: [hasOption('perCredMgmtRO')],
  }),
  consistencyRequirement('token-with-permissions', {
    title: 'pinUvAuthToken is true if noMcGaPermissionsWithClientPin is present',
    provenBy: 'getinfo.token-hidden',
    isMet: (info) => isAbsentOr(info, 'noMcGaPermissionsWithClientPin', optionOf('pinUvAuthToken')(info) === true),
  }),
  consistencyRequirement('token-with-pin', {
    title: 'pinUvAuthToken is true on an authenticator with FIDO_2_1 and clientPin',
    provenBy: 'getinfo.token-hidden',
    isMet: (info) => isAbsentOr(info, 'clientPin', optionOf('pinUvAuthToken')(info) === true),
    preconditions: [fromVersion('FIDO_2_1')],
  }),
  consistencyRequirement('make-cred-uv-not-rqd-with-always-uv', {
    title: 'makeCredUvNotRqd is not true while alwaysUv is',
    provenBy: 'getinfo.always-uv-claimed',
    isMet: (info) => optionOf('alwaysUv')(info) !== true || optionOf('makeCredUvNotRqd')(info) !== true,
    preconditions: [hasOption('alwaysUv')],
  }),
  consistencyRequirement('uv-modality-with-uv', {
    title: 'uvModality does not occur without built-in user verification',
    provenBy: 'getinfo.uv-hidden',
    isMet: (info) => info.uvModality === undefined || optionOf('uv')(info) !== undefined,
    preconditions: [hasMember('uvModality')],
  }),
  consistencyRequirement('hmac-secret-mc', {
    title: 'The extension hmac-secret-mc requires hmac-secret',
    provenBy: 'getinfo.hmac-secret-hidden',
    isMet: (info) => !hasExtensionId(info, 'hmac-secret-mc') || hasExtensionId(info, 'hmac-secret'),
    preconditions: [fromVersion('FIDO_2_3')],
  }),
  consistencyRequirement('pin-lengths', {
    title: 'minPINLength is not greater than maxPINLength',
    provenBy: 'getinfo.max-pin-length-low',
    isMet: (info) => (info.minPINLength ?? 4) <= (info.maxPINLength ?? 63),
    preconditions: [hasMember('maxPINLength')],
  }),
  consistencyRequirement('config-commands', {
    title: 'authenticatorConfigCommands is present only with authnrCfg',
    provenBy: 'getinfo.config-hidden',
    isMet: (info) => info.authenticatorConfigCommands === undefined || optionOf('authnrCfg')(info) === true,
    preconditions: [hasMember('authenticatorConfigCommands')],
  }),
  consistencyRequirement('enc-members', {
    title: 'encIdentifier and encCredStoreState are 16 bytes of IV and whole blocks',
    provenBy: 'getinfo.enc-identifier-short',
    isMet: (info) =>
      [info.encIdentifier, info.encCredStoreState].every(
        (bytes) => bytes === undefined || (bytes.length >= 32 && bytes.length % 16 === 0),
      ),
  }),
];

export const getInfoConsistency = defineGroup({ group: 'getinfo', document: 'CTAP 2.1' }, consistency);
