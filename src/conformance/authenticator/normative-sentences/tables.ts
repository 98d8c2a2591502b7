/** The sections with tables: members, subcommands, permissions, commands and codes. The rows come from the tables of `src/protocol`. */
import { clientPinSubCommands, commands, permissions } from '#protocol/commands.ts';
import { ctapHidCommands, ctapHidErrors } from '#protocol/ctaphid.ts';
import { extensions } from '#protocol/extensions.ts';
import { getInfoResponse } from '#protocol/get-info.ts';
import {
  authenticatorConfigSubCommands,
  bioEnrollmentSubCommands,
  credentialManagementSubCommands,
} from '#protocol/management.ts';
import { u2fControl, u2fInstructions } from '#protocol/u2f.ts';
import type { Coverage, RowSection } from './section.ts';

/** Returns a name as part of an id: `max-msg-size` for `maxMsgSize`. */
const toId = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

/** Covers each row by the requirements whose ids begin with the group and the name of the row. */
const byName = (group: string, rows: readonly string[]): Record<string, Coverage> =>
  Object.fromEntries(rows.map((name) => [name, [`${group}.${toId(name)}`]]));

interface TableInput {
  section: string;
  title: string;
  rowsAre: string;
  rows: readonly string[];
  file: string;
  coverage: Readonly<Record<string, Coverage>>;
  document?: string;
}

const table = ({ document = 'CTAP 2.1', file, ...rest }: TableInput): RowSection => ({
  kind: 'rows',
  document,
  source: `the table in src/protocol/${file}`,
  ...rest,
});

const infoMembers = Object.keys(getInfoResponse.fields);
const createMembers = Object.keys(commands.authenticatorMakeCredential.request.fields);
const getMembers = Object.keys(commands.authenticatorGetAssertion.request.fields);

const members: readonly RowSection[] = [
  table({
    section: '6.1',
    title: 'authenticatorMakeCredential',
    rowsAre: 'members of the request',
    rows: createMembers,
    file: 'commands.ts',
    coverage: byName('makecred', createMembers),
  }),
  table({
    section: '6.2',
    title: 'authenticatorGetAssertion',
    rowsAre: 'members of the request',
    rows: getMembers,
    file: 'commands.ts',
    coverage: byName('getassert', getMembers),
  }),
  table({
    section: '6.4',
    title: 'authenticatorGetInfo',
    rowsAre: 'members of the response, those of CTAP 2.2 and 2.3 included',
    rows: infoMembers,
    file: 'get-info.ts',
    coverage: {
      ...byName('getinfo', infoMembers),
    },
  }),
  table({
    section: '6.10.2',
    title: 'authenticatorLargeBlobs: reading and writing',
    rowsAre: 'members of the request',
    rows: Object.keys(commands.authenticatorLargeBlobs.request.fields),
    file: 'management.ts',
    coverage: {
      get: ['largeblobs.read'],
      set: ['largeblobs.write'],
      offset: ['largeblobs.read', 'largeblobs.write'],
      length: ['largeblobs.write'],
      pinUvAuthParam: ['largeblobs.request.pin-uv-auth-param', 'largeblobs.write'],
      pinUvAuthProtocol: ['largeblobs.request.pin-uv-auth-protocol'],
    },
  }),
];

const subCommands: readonly RowSection[] = [
  table({
    section: '6.5.5',
    title: 'authenticatorClientPIN',
    rowsAre: 'subcommands',
    rows: Object.keys(clientPinSubCommands),
    file: 'commands.ts',
    coverage: {
      getPINRetries: ['pin.retries'],
      getKeyAgreement: ['pin.key-agreement'],
      setPIN: ['pin.set-pin', 'pin.set'],
      changePIN: ['pin.change-pin', 'pin.change'],
      getPinToken: ['pin.get-pin-token'],
      getPinUvAuthTokenUsingUvWithPermissions: ['pin.get-uv-token', 'token.uv'],
      getUVRetries: ['pin.uv-retries'],
      getPinUvAuthTokenUsingPinWithPermissions: ['pin.get-token', 'token.issue'],
    },
  }),
  table({
    section: '6.5.5.7',
    title: 'Permissions of tokens',
    rowsAre: 'permissions',
    rows: Object.keys(permissions),
    file: 'commands.ts',
    coverage: {
      mc: ['token.permission', 'makecred.token'],
      ga: ['token.permission', 'getassert.token'],
      cm: ['credmgmt.metadata.token-permission'],
      be: ['bio.enroll.token-permission'],
      lbw: ['largeblobs.write'],
      acfg: ['config.min-pin-length.token-permission'],
      pcmr: ['credmgmt.persistent'],
    },
  }),
  table({
    section: '6.7',
    title: 'authenticatorBioEnrollment',
    rowsAre: 'subcommands',
    rows: Object.keys(bioEnrollmentSubCommands),
    file: 'management.ts',
    coverage: {
      enrollBegin: ['bio.enroll'],
      enrollCaptureNextSample: ['bio.enroll'],
      cancelCurrentEnrollment: ['bio.enroll.cancelled'],
      enumerateEnrollments: ['bio.list'],
      setFriendlyName: ['bio.name'],
      removeEnrollment: ['bio.remove'],
      getFingerprintSensorInfo: ['bio.sensor'],
    },
  }),
  table({
    section: '6.8',
    title: 'authenticatorCredentialManagement',
    rowsAre: 'subcommands',
    rows: Object.keys(credentialManagementSubCommands),
    file: 'management.ts',
    coverage: {
      getCredsMetadata: ['credmgmt.metadata'],
      enumerateRPsBegin: ['credmgmt.rps'],
      enumerateRPsGetNextRP: ['credmgmt.rps'],
      enumerateCredentialsBegin: ['credmgmt.credentials'],
      enumerateCredentialsGetNextCredential: ['credmgmt.credentials'],
      deleteCredential: ['credmgmt.delete'],
      updateUserInformation: ['credmgmt.update'],
    },
  }),
  table({
    section: '6.11',
    title: 'authenticatorConfig',
    rowsAre: 'subcommands',
    rows: Object.keys(authenticatorConfigSubCommands),
    file: 'management.ts',
    coverage: {
      enableEnterpriseAttestation: ['config.enterprise', 'ep'],
      toggleAlwaysUv: ['config.always-uv', 'upuv.always-uv'],
      setMinPINLength: ['config.min-pin-length', 'config.force-change'],
      enableLongTouchForReset: ['config.long-touch', 'persist.power.long-touch'],
      vendorPrototype: { reason: 'The vendor defines what the subcommand does' },
    },
  }),
];

const extensionNames = Object.keys(extensions);

const features: readonly RowSection[] = [
  table({
    section: '12',
    title: 'Extensions, those of CTAP 2.2 and 2.3 included',
    rowsAre: 'extensions',
    rows: extensionNames,
    file: 'extensions.ts',
    coverage: {
      credProtect: ['ext.cred-protect', 'getassert.protection'],
      credBlob: ['ext.cred-blob'],
      largeBlobKey: ['ext.large-blob-key'],
      largeBlob: ['ext.large-blob'],
      minPinLength: ['ext.min-pin-length'],
      pinComplexityPolicy: ['ext.pin-complexity-policy'],
      'hmac-secret': ['ext.hmac-secret'],
      'hmac-secret-mc': ['ext.hmac-secret-mc'],
      thirdPartyPayment: ['ext.third-party-payment'],
      uvm: ['ext.uvm'],
    },
  }),
];

const transports: readonly RowSection[] = [
  table({
    section: '11.2.9',
    title: 'CTAPHID commands',
    rowsAre: 'commands',
    rows: Object.keys(ctapHidCommands),
    file: 'ctaphid.ts',
    coverage: {
      PING: ['hid.ping'],
      MSG: ['hid.command.msg', 'hid.command.empty-msg'],
      LOCK: ['hid.lock'],
      INIT: ['hid.init'],
      WINK: ['hid.wink', 'hid.init.capability-wink'],
      CBOR: ['hid.frame.command', 'hid.command.empty-cbor'],
      CANCEL: ['hid.cancel'],
      KEEPALIVE: ['hid.keepalive'],
      ERROR: ['hid.error'],
    },
  }),
  table({
    section: '11.2.9.1.6',
    title: 'CTAPHID_ERROR',
    rowsAre: 'error codes',
    rows: Object.keys(ctapHidErrors),
    file: 'ctaphid.ts',
    coverage: {
      ERR_INVALID_CMD: ['hid.command.unknown'],
      ERR_INVALID_PAR: ['hid.lock.maximum'],
      ERR_INVALID_LEN: ['hid.init.wrong-length', 'hid.frame.too-long', 'hid.lock.length'],
      ERR_INVALID_SEQ: ['hid.sequence'],
      ERR_MSG_TIMEOUT: ['hid.timeout'],
      ERR_CHANNEL_BUSY: ['hid.busy', 'hid.lock.blocks-others'],
      ERR_LOCK_REQUIRED: { reason: 'No command of the specification requires a lock' },
      ERR_INVALID_CHANNEL: ['hid.channel', 'hid.init.reserved-channel'],
      ERR_OTHER: { reason: 'The specification names no condition for this code' },
    },
  }),
  table({
    document: 'U2F 1.2',
    section: '3',
    title: 'U2F message framing',
    rowsAre: 'instructions',
    rows: Object.keys(u2fInstructions),
    file: 'u2f.ts',
    coverage: {
      U2F_REGISTER: ['u2f.register'],
      U2F_AUTHENTICATE: ['u2f.authenticate'],
      U2F_VERSION: ['u2f.version'],
    },
  }),
  table({
    document: 'U2F 1.2',
    section: '5.1',
    title: 'U2F_AUTHENTICATE',
    rowsAre: 'control bytes',
    rows: Object.keys(u2fControl),
    file: 'u2f.ts',
    coverage: {
      checkOnly: ['u2f.check-only'],
      enforceUserPresence: ['u2f.authenticate.touch', 'u2f.authenticate.presence'],
      dontEnforceUserPresence: ['u2f.authenticate.without-touch'],
    },
  }),
];

export const tables: readonly RowSection[] = [...members, ...subCommands, ...features, ...transports];
