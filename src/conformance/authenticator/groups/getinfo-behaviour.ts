/** getinfo: the answer as a whole, and options that must agree with behaviour, CTAP 2.1 section 6.4. */
import { toHex } from '#base/bytes.ts';
import { check, checkEqual, checkSuccess, readBytes, readList, readMap } from '../checks.ts';
import { formatCbor } from '../format-cbor.ts';
import {
  hasClientPin,
  hasDiscoverableCredentials,
  hasMember,
  optionIsNotTrue,
  registersWithoutPin,
} from '../preconditions.ts';
import { buildRegistration, register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { readAll } from './getinfo-support.ts';

/** A defect changes the value whatever the state is, so the requirement compares it with what the authenticator does. */
const behaviour: RequirementInput[] = [
  {
    id: 'status',
    title: 'getInfo succeeds and has content',
    section: '6.4',
    provenBy: [
      'status.success-without-content',
      'status.error-with-content',
      'status.vendor',
      'status.undefined',
      'transport.empty',
      'cbor.empty-map',
      'status.busy',
      'cbor.indefinite-string',
      'cbor.float',
      'cbor.undefined',
      'cbor.reserved',
      'cbor.bad-utf8',
      'cbor.depth',
      'cbor.length-bomb',
      'cbor.bytes-as-key',
      'transport.truncated',
      'transport.duplicated',
      'transport.oversize',
    ],
    async run(context) {
      const members = await readAll(context);
      check(members.size > 0, 'Expected getInfo to have members');
    },
  },
  {
    id: 'keys',
    title: 'The keys of getInfo are unsigned integers',
    section: '6.4',
    provenBy: ['cbor.text-keys'],
    async run(context) {
      const keys = [...(await readAll(context)).keys()];
      check(
        keys.every((key) => typeof key === 'number' && key > 0),
        `Expected unsigned keys, got ${keys.join(', ')}`,
      );
    },
  },
  {
    id: 'versions.present',
    title: 'versions is present',
    section: '6.4',
    provenBy: ['getinfo.versions-missing', 'getinfo.versions-text'],
    run: async (context) => void readList(await readAll(context), 0x01, 'versions'),
  },
  {
    id: 'aaguid.present',
    title: 'aaguid is present and has 16 bytes',
    section: '6.4',
    provenBy: ['getinfo.aaguid-missing', 'getinfo.aaguid-short'],
    async run(context) {
      const aaguid = readBytes(await readAll(context), 0x03, 'aaguid');
      check(aaguid.length === 16, `Expected aaguid to have 16 bytes, got ${toHex(aaguid)}`);
    },
  },
  {
    id: 'options.boolean',
    title: 'options is a map of booleans',
    section: '6.4',
    provenBy: ['getinfo.options-list', 'getinfo.option-not-boolean'],
    async run(context) {
      const members = await readAll(context);
      if (!members.has(0x04)) return;
      for (const [id, value] of readMap(members, 0x04, 'options'))
        check(typeof value === 'boolean', `Expected the option ${id} to be a boolean, got ${formatCbor(value)}`);
    },
  },
  {
    id: 'option.client-pin.unset',
    title: 'clientPin is false while no PIN is set',
    section: '6.4',
    provenBy: ['getinfo.client-pin-claimed'],
    preconditions: [hasClientPin],
    run: async (context) => checkEqual((await context.readInfo()).options?.clientPin, false, 'clientPin'),
  },
  {
    id: 'option.client-pin.set',
    title: 'clientPin is true once a PIN is set',
    section: '6.4',
    provenBy: ['getinfo.client-pin-denied'],
    state: 'pin',
    run: async (context) => checkEqual((await context.readInfo()).options?.clientPin, true, 'clientPin'),
  },
  {
    id: 'option.rk.behaviour',
    title: 'rk is true if a discoverable credential can be created',
    section: '6.4',
    provenBy: ['getinfo.rk-denied'],
    preconditions: [registersWithoutPin],
    async run(context) {
      const { status } = await context.send('authenticatorMakeCredential', buildRegistration(context, { rk: true }));
      checkEqual((await context.readInfo()).options?.rk === true, status === 'CTAP2_OK', 'rk');
    },
  },
  {
    id: 'option.up.behaviour',
    title: 'up is not false on an authenticator that waits for a touch',
    section: '6.4',
    provenBy: ['getinfo.up-denied'],
    preconditions: [registersWithoutPin, optionIsNotTrue('plat')],
    async run(context) {
      const { waitedForUser } = await context.send('authenticatorMakeCredential', buildRegistration(context));
      if (waitedForUser) check((await context.readInfo()).options?.up !== false, 'Expected up not to be false');
    },
  },
  {
    id: 'option.uv.behaviour',
    title: 'uv is true only if uv: true verifies the user',
    section: '6.4',
    provenBy: ['getinfo.uv-claimed'],
    provenOn: 'touchstone-key',
    preconditions: [registersWithoutPin],
    async run(context) {
      if ((await context.readInfo()).options?.uv !== true) return;
      const request = buildRegistration(context).set(0x07, new Map([['uv', true]]));
      checkSuccess(await context.send('authenticatorMakeCredential', request));
    },
  },
  {
    id: 'option.plat.transport',
    title: 'plat is false on an authenticator that is reached over USB, NFC or Bluetooth',
    section: '6.4',
    provenBy: ['getinfo.platform-claimed'],
    preconditions: [
      {
        reason: 'The authenticator is not reached over USB, NFC or Bluetooth',
        isMet: ({ transports }) => transports?.includes('internal') !== true,
      },
    ],
    run: async (context) => check((await context.readInfo()).options?.plat !== true, 'Expected plat not to be true'),
  },
  {
    id: 'remaining.decreases',
    title: 'remainingDiscoverableCredentials decreases when a discoverable credential is created',
    section: '6.4',
    provenBy: ['getinfo.remaining-constant', 'getinfo.full'],
    preconditions: [hasMember('remainingDiscoverableCredentials'), hasDiscoverableCredentials, registersWithoutPin],
    async run(context) {
      const before = (await context.readInfo()).remainingDiscoverableCredentials ?? 0;
      check(before > 0, 'Expected space for a discoverable credential, got 0');
      const left = await registerUntilFewerRemain(context, before);
      check(left < before, `Expected remainingDiscoverableCredentials to fall below ${before}, got ${left}`);
    },
  },
];

/** The member is an estimate for credentials of maximum size, so it may stay the same when a smaller one is stored. */
const credentialsOfMaximumSize = 3;

/** Registers discoverable credentials until fewer can be stored than before; returns how many that are. */
async function registerUntilFewerRemain(context: TestContext, before: number): Promise<number> {
  let left = before;
  for (let index = 1; index <= Math.min(before, credentialsOfMaximumSize) && left === before; index++) {
    await register(context, { rk: true, userId: new Uint8Array(16).fill(index) });
    left = (await context.readInfo()).remainingDiscoverableCredentials ?? before;
  }
  return left;
}

export const getInfoBehaviour = defineGroup({ group: 'getinfo', document: 'CTAP 2.1' }, behaviour);
