/** largeblobs: writing the array, CTAP 2.1 section 6.10.2. */

import { concat } from '#base/bytes.ts';
import { checkEqualBytes, checkStatus, checkSuccess } from '../checks.ts';
import { setUp } from '../failures.ts';
import { memberRequirements, type RequestMember } from '../members.ts';
import { addToken, getToken } from '../pin.ts';
import { hasTokens, optionIsTrue, pinAuthorizesCeremonies, pinProtocolVariants } from '../preconditions.ts';
import { buildRegistration, mc } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import {
  buildWrite,
  command,
  emptyArray,
  group,
  invalidParameter,
  lb,
  readArray,
  request,
  withDigest,
  write,
  writeArray,
} from './largeblobs-support.ts';

const authInvalid = 'CTAP2_ERR_PIN_AUTH_INVALID';

/** An array with one byte string. */
const arrayOf = (size: number): Uint8Array =>
  withDigest(concat(new Uint8Array([0x81, 0x59, size >> 8, size & 0xff]), new Uint8Array(size).fill(0x61)));

const writing: RequirementInput[] = [
  {
    id: 'write.replaces',
    title: 'set replaces the array',
    section: '6.10.2',
    provenBy: ['largeblobs.write-ignored'],
    variants: pinProtocolVariants,
    async run(context) {
      checkSuccess(await writeArray(context, arrayOf(40)));
      checkEqualBytes(await readArray(context), arrayOf(40), 'the array');
    },
  },
  {
    id: 'write.fragments',
    title: 'An array is written in several fragments',
    section: '6.10.2',
    provenBy: ['largeblobs.write-ignored'],
    async run(context) {
      const array = arrayOf(100);
      checkSuccess(await write(context, { bytes: array.slice(0, 60), length: array.length }));
      checkSuccess(await write(context, { bytes: array.slice(60), offset: 60 }));
      checkEqualBytes(await readArray(context), array, 'the array');
    },
  },
  {
    id: 'write.incomplete',
    title: 'An incomplete array does not replace the stored one',
    section: '6.10.2',
    provenBy: ['largeblobs.cut-off'],
    async run(context) {
      const array = arrayOf(100);
      await setUp('write a fragment', async () =>
        checkSuccess(await write(context, { bytes: array.slice(0, 60), length: array.length })),
      );
      checkEqualBytes(await readArray(context), emptyArray, 'the array');
    },
  },
  {
    id: 'write.survives-power-cycle',
    title: 'A written array survives a power cycle',
    section: '6.10',
    provenBy: ['persistence.large-blobs-lost', 'largeblobs.write-ignored'],
    async run(context) {
      await setUp('write an array', async () => checkSuccess(await writeArray(context, arrayOf(40))));
      await context.powerCycle();
      checkEqualBytes(await readArray(context), arrayOf(40), 'the array');
    },
  },
  {
    id: 'write.digest',
    title: 'An array with a wrong digest is refused with CTAP2_ERR_INTEGRITY_FAILURE',
    section: '6.10.2',
    provenBy: ['ignored-error.integrity-failure'],
    accepted: ['CTAP2_ERR_INTEGRITY_FAILURE'],
    async run(context) {
      const array = arrayOf(40).map((byte, index) => (index === 0 ? 0x80 : byte));
      checkStatus(await writeArray(context, array), 'CTAP2_ERR_INTEGRITY_FAILURE');
    },
  },
  {
    id: 'write.whole-digest',
    title: 'An array whose digest differs in its last byte is refused with CTAP2_ERR_INTEGRITY_FAILURE',
    section: '6.10.2',
    provenBy: ['largeblobs.digest-start-only', 'ignored-error.integrity-failure'],
    accepted: ['CTAP2_ERR_INTEGRITY_FAILURE'],
    async run(context) {
      const array = arrayOf(40).map((byte, index, { length }) => (index === length - 1 ? byte ^ 0x01 : byte));
      checkStatus(await writeArray(context, array), 'CTAP2_ERR_INTEGRITY_FAILURE');
    },
  },
  {
    id: 'write.sequence',
    title: 'A fragment with an unexpected offset is refused with CTAP1_ERR_INVALID_SEQ',
    section: '6.10.2',
    provenBy: ['ignored-error.invalid-sequence'],
    variants: [{ name: 'without-first' }, { name: 'gap' }, { name: 'overlap' }],
    accepted: ['CTAP1_ERR_INVALID_SEQ'],
    async run(context) {
      const array = arrayOf(100);
      if (context.variant !== 'without-first')
        await setUp('write a fragment', async () =>
          checkSuccess(await write(context, { bytes: array.slice(0, 60), length: array.length })),
        );
      const offset = context.variant === 'gap' ? 70 : 50;
      checkStatus(await write(context, { bytes: array.slice(offset), offset }), 'CTAP1_ERR_INVALID_SEQ');
    },
  },
  {
    id: 'write.full',
    title: 'An array longer than maxSerializedLargeBlobArray is refused with CTAP2_ERR_LARGE_BLOB_STORAGE_FULL',
    section: '6.10.2',
    provenBy: ['ignored-error.large-blobs-full'],
    accepted: ['CTAP2_ERR_LARGE_BLOB_STORAGE_FULL'],
    async run(context) {
      const length = (context.info.maxSerializedLargeBlobArray ?? 1024) + 1;
      const exchange = await write(context, { bytes: new Uint8Array(100), length });
      checkStatus(exchange, 'CTAP2_ERR_LARGE_BLOB_STORAGE_FULL');
    },
  },
  {
    id: 'write.length-missing',
    title: `A first fragment without length is refused with ${invalidParameter}`,
    section: '6.10.2',
    provenBy: ['ignored-error.invalid-parameter'],
    accepted: [invalidParameter],
    run: async (context) => checkStatus(await write(context, { bytes: arrayOf(40) }), invalidParameter),
  },
  {
    id: 'write.length-small',
    title: `A length below 17 bytes is refused with ${invalidParameter}`,
    section: '6.10.2',
    provenBy: ['ignored-error.invalid-parameter'],
    accepted: [invalidParameter],
    run: async (context) =>
      checkStatus(await write(context, { bytes: new Uint8Array(16), length: 16 }), invalidParameter),
  },
  {
    id: 'write.length-later',
    title: `A later fragment with length is refused with ${invalidParameter}`,
    section: '6.10.2',
    provenBy: ['ignored-error.invalid-parameter'],
    accepted: [invalidParameter],
    async run(context) {
      const array = arrayOf(100);
      await setUp('write a fragment', async () =>
        checkSuccess(await write(context, { bytes: array.slice(0, 60), length: array.length })),
      );
      const later = { bytes: array.slice(60), offset: 60, length: array.length };
      checkStatus(await write(context, later), invalidParameter);
    },
  },
  {
    id: 'write.more-than-length',
    title: `More bytes than announced are refused with ${invalidParameter}`,
    section: '6.10.2',
    provenBy: ['ignored-error.invalid-parameter'],
    accepted: [invalidParameter],
    async run(context) {
      checkStatus(await write(context, { bytes: arrayOf(100), length: 40 }), invalidParameter);
    },
  },
];

const tokens: RequirementInput[] = [
  {
    id: 'write.token-missing',
    title: 'set without a token is refused with CTAP2_ERR_PUAT_REQUIRED while a PIN is set',
    section: '6.10.2',
    provenBy: ['ignored-error.verification-required', 'status.verification-required-as-denied'],
    accepted: ['CTAP2_ERR_PUAT_REQUIRED'],
    async run(context) {
      const array = arrayOf(40);
      const unauthorized = request([lb.set, array], [lb.offset, 0], [lb.length, array.length]);
      checkStatus(await context.send(command, unauthorized), 'CTAP2_ERR_PUAT_REQUIRED');
    },
  },
  {
    id: 'write.token-permission',
    title: `set with a token without the permission lbw is refused with ${authInvalid}`,
    section: '6.10.2',
    provenBy: ['token.permissions-ignored'],
    preconditions: [optionIsTrue('credMgmt'), optionIsTrue('pinUvAuthToken')],
    variants: pinProtocolVariants,
    accepted: [authInvalid],
    async run(context) {
      const array = arrayOf(40);
      checkStatus(await write(context, { bytes: array, length: array.length, permission: 'cm' }), authInvalid);
    },
  },
  {
    id: 'write.token-offset',
    title: `pinUvAuthParam covers the offset: another one is refused with ${authInvalid}`,
    section: '6.10.2',
    provenBy: ['token.not-verified'],
    variants: pinProtocolVariants,
    accepted: [authInvalid],
    async run(context) {
      const array = arrayOf(40);
      checkStatus(await write(context, { bytes: array, length: array.length, signedOffset: 7 }), authInvalid);
    },
  },
  {
    id: 'write.token-content',
    title: `pinUvAuthParam covers the fragment: another one is refused with ${authInvalid}`,
    section: '6.10.2',
    provenBy: ['token.not-verified'],
    variants: pinProtocolVariants,
    accepted: [authInvalid],
    async run(context) {
      const signed = await buildWrite(context, { bytes: arrayOf(41), length: arrayOf(40).length });
      checkStatus(await context.send(command, signed.set(lb.set, arrayOf(40))), authInvalid);
    },
  },
];

const afterRegistration: RequirementInput = {
  id: 'write.after-registration',
  title: 'A touch ends all permissions of a token but lbw',
  section: '6.5.3.2',
  provenBy: ['token.large-blobs-spent'],
  preconditions: [hasTokens, pinAuthorizesCeremonies],
  variants: pinProtocolVariants,
  async run(context) {
    const token = await getToken(context, ['mc', 'lbw'], context.rpId);
    const registration = buildRegistration(context);
    const hash = registration.get(mc.clientDataHash) as Uint8Array;
    const keys = { param: mc.pinUvAuthParam, protocol: mc.pinUvAuthProtocol };
    await setUp('register with the token', async () =>
      checkSuccess(await context.send('authenticatorMakeCredential', addToken(registration, token, hash, keys))),
    );
    const array = arrayOf(40);
    checkSuccess(await write(context, { bytes: array, length: array.length, token }));
  },
};

const members: readonly RequestMember[] = [
  { name: 'set', path: [lb.set], type: 'bytes' },
  { name: 'offset', path: [lb.offset], type: 'unsigned' },
  { name: 'length', path: [lb.length], type: 'unsigned' },
  { name: 'pinUvAuthParam', path: [lb.param], type: 'bytes' },
  { name: 'pinUvAuthProtocol', path: [lb.protocol], type: 'unsigned', required: true },
];

const parameters = memberRequirements({
  command,
  title: 'set',
  prefix: 'request.',
  section: '6.10.2',
  members,
  build: (context) => buildWrite(context, { bytes: arrayOf(40), length: arrayOf(40).length }),
});

export const largeBlobWriting = defineGroup(
  { ...group, state: 'pin' },
  [...writing, ...tokens, afterRegistration, ...parameters].map((requirement) => ({
    ...requirement,
    destructive: true,
  })),
);
