/** The status of the management commands in every state of PIN and fingerprint, with every kind of pinUvAuthParam. */
import { describe, expect, it } from 'vitest';
import { concat } from '#base/bytes.ts';
import { encode } from '#protocol/cbor.ts';
import { type CommandName, type CommandRequest, permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import {
  authenticatorConfigSubCommands,
  bioEnrollmentSubCommands,
  credentialManagementSubCommands,
  setMinPinLengthParams,
} from '#protocol/management.ts';
import type { Persona } from '../index.ts';
import { personas } from '../personas/registry.ts';
import { createInState, type Expectation, parseParamGrid } from '../testing/verification-states.ts';

const complete: Persona = personas['touchstone-complete'];
const alwaysUv: Persona = { ...complete, options: { ...complete.options, alwaysUv: true } };
const prefix = (code: number) => [...Array<number>(32).fill(0xff), code];

interface Path<C extends CommandName> {
  persona?: Persona;
  permission: number;
  command: C;
  request: CommandRequest<C>;
  /** What the pinUvAuthParam signs. */
  message: Uint8Array;
  legend: Readonly<Record<string, Expectation>>;
  grid: string;
}
const definePath = <C extends CommandName>(path: Path<C>) => path;

const legendOf = (clause: string) => ({
  ok: ['CTAP2_OK', clause] as const,
  puat: ['CTAP2_ERR_PUAT_REQUIRED', clause] as const,
  invalid: ['CTAP2_ERR_PIN_AUTH_INVALID', clause] as const,
});

/** A token is required in every state. */
const tokenRequired = `
  no PIN / no finger:            puat  invalid  invalid  -   invalid
  no PIN / finger:               puat  invalid  invalid  ok  invalid
  no PIN / fingers used up:      puat  invalid  invalid  ok  invalid
  PIN / no finger:               puat  invalid  invalid  ok  invalid
  PIN / finger:                  puat  invalid  invalid  ok  invalid
  PIN / fingers used up:         puat  invalid  invalid  ok  invalid
  PIN blocked / no finger:       puat  invalid  invalid  -   invalid
  PIN blocked / finger:          puat  invalid  invalid  ok  invalid
  PIN blocked / fingers used up: puat  invalid  invalid  ok  invalid`;
/** Without PIN and finger the parameter is ignored. */
const tokenRequiredIfProtected = tokenRequired.replace(/no PIN \/ no finger:.*/, 'no PIN / no finger: ok ok ok - ok');

const minPinLength = setMinPinLengthParams.encode({ newMinPINLength: 4 });
const { setMinPINLength, toggleAlwaysUv } = authenticatorConfigSubCommands;
const blob = concat(Uint8Array.of(0x80), sha256(Uint8Array.of(0x80)).subarray(0, 16));
const configure = {
  command: 'authenticatorConfig',
  permission: permissions.acfg,
  request: { subCommand: setMinPINLength, subCommandParams: minPinLength },
  message: concat(Uint8Array.from([...prefix(0x0d), setMinPINLength]), encode(minPinLength)),
} as const;
const writeBlob = {
  command: 'authenticatorLargeBlobs',
  permission: permissions.lbw,
  request: { set: blob, offset: 0, length: blob.length },
  message: concat(Uint8Array.from([...prefix(0x0c), 0, 0, 0, 0, 0]), sha256(blob)),
} as const;

const paths = {
  'credentialManagement, getCredsMetadata': definePath({
    command: 'authenticatorCredentialManagement',
    permission: permissions.cm,
    request: { subCommand: credentialManagementSubCommands.getCredsMetadata },
    message: Uint8Array.of(credentialManagementSubCommands.getCredsMetadata),
    legend: legendOf('6.8.2'),
    grid: tokenRequired,
  }),
  'bioEnrollment, enrollBegin': definePath({
    command: 'authenticatorBioEnrollment',
    permission: permissions.be,
    request: { modality: 1, subCommand: bioEnrollmentSubCommands.enrollBegin },
    message: Uint8Array.of(1, bioEnrollmentSubCommands.enrollBegin),
    legend: legendOf('6.7.4'),
    grid: tokenRequired,
  }),
  'largeBlobs, set': definePath({ ...writeBlob, legend: legendOf('6.10.2'), grid: tokenRequiredIfProtected }),
  'largeBlobs, set, and alwaysUv': definePath({
    ...writeBlob,
    persona: alwaysUv,
    legend: legendOf('6.10.2'),
    grid: tokenRequired,
  }),
  'authenticatorConfig, setMinPINLength': definePath({
    ...configure,
    legend: legendOf('6.11 step 3'),
    grid: tokenRequiredIfProtected,
  }),
  'authenticatorConfig, setMinPINLength, and alwaysUv': definePath({
    ...configure,
    persona: alwaysUv,
    legend: legendOf('6.11 step 3'),
    grid: tokenRequired,
  }),
  'authenticatorConfig, toggleAlwaysUv, and alwaysUv': definePath({
    ...configure,
    persona: alwaysUv,
    request: { subCommand: toggleAlwaysUv },
    message: Uint8Array.from([...prefix(0x0d), toggleAlwaysUv]),
    legend: legendOf('6.11 steps 2 and 3'),
    grid: tokenRequiredIfProtected,
  }),
};

describe.each(Object.entries(paths))('%s', (_path, path) => {
  const { persona = complete, command, request, message, permission, legend, grid } = path;
  it.each(parseParamGrid(grid, legend))('%s', async (_title, { state, column, expected: [status] }) => {
    const { platform, sign } = await createInState({ persona }, state, column, permission);
    const pinUvAuthParam = sign(message);
    const pinUvAuth = pinUvAuthParam && { pinUvAuthParam, pinUvAuthProtocol: 2 };
    expect((await platform.send<CommandName>(command, { ...request, ...pinUvAuth })).status).toBe(status);
  });
});
