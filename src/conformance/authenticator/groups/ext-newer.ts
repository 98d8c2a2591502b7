/** ext: largeBlob, uvm and pinComplexityPolicy, CTAP 2.3 section 12 and WebAuthn L2 section 10.3. */
import type { CborMap } from '#protocol/cbor.ts';
import { sendAssertion } from '../assertion.ts';
import { check, checkEqual, checkEqualBytes, checkRefused, readBytes, readMap } from '../checks.ts';
import { hasExtension } from '../preconditions.ts';
import { register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { ext, map, registerWith, signInWith, usable, wrongType } from './ext-support.ts';

/** unsignedExtensionOutputs in the responses to makeCredential and getAssertion. */
const unsigned = { create: 0x06, get: 0x08 } as const;

const registerForBlobs = (context: TestContext) =>
  register(context, { rk: true, extensions: map(['largeBlob', map(['support', 'required'])]) });

const blobOf = (members: CborMap, key: number): CborMap =>
  readMap(readMap(members, key, 'unsignedExtensionOutputs'), 'largeBlob', 'largeBlob');

const blob = new Uint8Array([1, 2, 3, 4]);
const write = map(['write', blob], ['originalSize', 9]);

const largeBlobInputs: Omit<RequirementInput, 'section'>[] = [
  {
    id: 'large-blob.supported',
    title: 'A registration with largeBlob returns supported: true in unsignedExtensionOutputs',
    provenBy: ['extension.unsigned-outputs-missing'],
    async run(context) {
      const { members } = await registerForBlobs(context);
      checkEqual(blobOf(members, unsigned.create).get('supported'), true, 'supported');
    },
  },
  {
    id: 'large-blob.written',
    title: 'A blob that was written is returned with its original size',
    provenBy: ['extension.unsigned-outputs-missing'],
    async run(context) {
      const credential = await registerForBlobs(context);
      const written = await signInWith(context, credential, map(['largeBlob', write]));
      checkEqual(blobOf(written, unsigned.get).get('written'), true, 'written');
      const read = await signInWith(context, credential, map(['largeBlob', map(['read', true])]));
      const output = blobOf(read, unsigned.get);
      checkEqualBytes(readBytes(output, 'blob', 'blob'), blob, 'blob');
      checkEqual(output.get('originalSize'), 9, 'originalSize');
    },
  },
  {
    id: 'large-blob.read-and-write',
    title: 'largeBlob with both read and write is refused',
    provenBy: ['ignored-error.invalid-option'],
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      const credential = await registerForBlobs(context);
      const extensions = map(['largeBlob', new Map([...write, ['read', true]])]);
      checkRefused(
        context,
        await sendAssertion(context, { allowList: [credential], extensions }),
        'CTAP2_ERR_INVALID_OPTION',
      );
    },
  },
  {
    id: 'large-blob.without-size',
    title: 'largeBlob with write and without originalSize is refused',
    provenBy: ['ignored-error.missing-parameter'],
    accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
    async run(context) {
      const credential = await registerForBlobs(context);
      const extensions = map(['largeBlob', map(['write', blob])]);
      checkRefused(
        context,
        await sendAssertion(context, { allowList: [credential], extensions }),
        'CTAP2_ERR_MISSING_PARAMETER',
      );
    },
  },
];

const largeBlob = largeBlobInputs.map((requirement) => ({
  ...requirement,
  document: 'CTAP 2.3',
  section: '12',
  level: 'SHOULD' as const,
}));

const others: RequirementInput[] = [
  {
    id: 'uvm.form',
    title: 'uvm returns one to three methods, each of three numbers',
    document: 'WebAuthn L2',
    section: '10.3',
    provenBy: ['extension.all-ignored'],
    preconditions: [hasExtension('uvm')],
    async run(context) {
      const methods = (await registerWith(context, map(['uvm', true]))).get('uvm');
      check(Array.isArray(methods) && methods.length >= 1 && methods.length <= 3, 'Expected one to three methods');
      for (const method of methods)
        check(
          Array.isArray(method) && method.length === 3 && method.every((value) => typeof value === 'number'),
          'Expected three numbers',
        );
    },
  },
  {
    id: 'pin-complexity-policy.unauthorized',
    title: 'pinComplexityPolicy is not returned to a relying party that is not on the list',
    document: 'CTAP 2.3',
    section: '12',
    level: 'SHOULD',
    provenBy: ['extension.pin-complexity-told-to-all'],
    preconditions: [hasExtension('pinComplexityPolicy')],
    async run(context) {
      const outputs = await registerWith(context, map(['pinComplexityPolicy', true]), false);
      check(!outputs.has('pinComplexityPolicy'), 'Expected no output for a relying party that is not on the list');
    },
  },
  wrongType('pinComplexityPolicy', 'pin-complexity-policy', 'boolean'),
  wrongType('uvm', 'uvm', 'boolean'),
];

export const newerExtensions = [
  ...defineGroup(
    { ...ext, preconditions: [...usable, hasExtension('largeBlob')], provenOn: 'touchstone-large-blob' },
    largeBlob,
  ),
  ...defineGroup({ ...ext, preconditions: usable }, others),
];
