/** ext: the extensions credBlob and largeBlobKey, CTAP 2.1 sections 12.2 and 12.3. */
import { checkDifferentBytes, checkEqual, checkEqualBytes, checkStatus, readBytes } from '../checks.ts';
import { from21, hasExtension } from '../preconditions.ts';
import { register, sendRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { ext, map, outputsOf, registerWith, salt, signInWith, usable, wrongType } from './ext-support.ts';

const blob = new Uint8Array(32).fill(0x62);

const credBlob: RequirementInput[] = [
  {
    id: 'cred-blob.stored',
    title: 'A credBlob of 32 bytes is stored and returned',
    section: '12.2',
    provenBy: ['extension.all-ignored'],
    async run(context) {
      const credential = await register(context, { rk: true, extensions: map(['credBlob', blob]) });
      checkEqual(credential.extensions.get('credBlob'), true, 'the output of the registration');
      const outputs = outputsOf(await signInWith(context, credential, map(['credBlob', true])));
      checkEqualBytes(readBytes(outputs, 'credBlob', 'credBlob'), blob, 'credBlob');
    },
  },
  {
    id: 'cred-blob.absent',
    title: 'An assertion of a credential without credBlob returns an empty byte string',
    section: '12.2',
    provenBy: ['extension.cred-blob-missing'],
    async run(context) {
      const credential = await register(context, { rk: true });
      const outputs = outputsOf(await signInWith(context, credential, map(['credBlob', true])));
      checkEqual(readBytes(outputs, 'credBlob', 'credBlob').length, 0, 'the length of credBlob');
    },
  },
  {
    id: 'cred-blob.too-long',
    title: 'A credBlob longer than maxCredBlobLength is not stored, and the output is false',
    section: '12.2',
    provenBy: ['extension.cred-blob-claimed'],
    async run(context) {
      const long = new Uint8Array((context.info.maxCredBlobLength ?? 32) + 1);
      checkEqual((await registerWith(context, map(['credBlob', long]))).get('credBlob'), false, 'credBlob');
    },
  },
  wrongType('credBlob', 'cred-blob', 'bytes'),
];

const largeBlobKey: RequirementInput[] = [
  {
    id: 'large-blob-key.created',
    title: 'largeBlobKey: true gives a key of 32 bytes, and assertions return the same key',
    section: '12.3',
    provenBy: ['extension.all-ignored', 'extension.large-blob-key-short'],
    async run(context) {
      const credential = await register(context, { rk: true, extensions: map(['largeBlobKey', true]) });
      const key = readBytes(credential.members, 0x05, 'largeBlobKey');
      checkEqual(key.length, 32, 'the length of largeBlobKey');
      const members = await signInWith(context, credential, map(['largeBlobKey', true]));
      checkEqualBytes(readBytes(members, 0x07, 'largeBlobKey'), key, 'largeBlobKey');
    },
  },
  {
    id: 'large-blob-key.unique',
    title: 'Two credentials have different large-blob keys',
    section: '12.3',
    provenBy: ['extension.large-blob-key-constant'],
    async run(context) {
      const read = async (fill: number) => {
        const options = { rk: true, userId: salt(fill), extensions: map(['largeBlobKey', true]) };
        return readBytes((await register(context, options)).members, 0x05, 'largeBlobKey');
      };
      checkDifferentBytes(await read(1), await read(2), 'the keys');
    },
  },
  {
    id: 'large-blob-key.false',
    title: 'largeBlobKey: false is refused with CTAP2_ERR_INVALID_OPTION',
    section: '12.3',
    provenBy: ['ignored-error.invalid-option', 'status.option-as-parameter'],
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      const exchange = await sendRegistration(context, { rk: true, extensions: map(['largeBlobKey', false]) });
      checkStatus(exchange, 'CTAP2_ERR_INVALID_OPTION');
    },
  },
  {
    id: 'large-blob-key.not-discoverable',
    title: 'largeBlobKey without rk: true is refused with CTAP2_ERR_INVALID_OPTION',
    section: '12.3',
    provenBy: ['ignored-error.invalid-option', 'status.option-as-parameter'],
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      const exchange = await sendRegistration(context, { extensions: map(['largeBlobKey', true]) });
      checkStatus(exchange, 'CTAP2_ERR_INVALID_OPTION');
    },
  },
  wrongType('largeBlobKey', 'large-blob-key', 'boolean'),
];

export const blobExtensions = [
  ...defineGroup({ ...ext, preconditions: [...usable, hasExtension('credBlob'), from21] }, credBlob),
  ...defineGroup({ ...ext, preconditions: [...usable, hasExtension('largeBlobKey'), from21] }, largeBlobKey),
];
