/** Defects of extension inputs and outputs, CTAP 2.1 section 12 and WebAuthn L3 section 9. */
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { deleteMember, dropLastBytes, editBytes, setMember, zeroBytes } from '#protocol/edits.ts';
import { extensions } from '#protocol/extensions.ts';
import { defectsDetectedBy } from './defect.ts';
import { editRequest, editResponse, refuseRequest } from './mutators.ts';

/** Changes the extension outputs if there are any; an empty map is omitted. */
const editOutputs = (change: (map: CborMap) => CborMap) => ({
  authData: <D extends { extensions?: CborMap | undefined }>(data: D): D => {
    const changed = data.extensions && change(data.extensions);
    return { ...data, extensions: changed?.size ? changed : undefined };
  },
});
/** Adds an output, requested or not. */
const addOutput = (id: string, value: CborValue) => ({
  authData: <D extends { extensions?: CborMap | undefined }>(data: D): D => ({
    ...data,
    extensions: setMember(id, value)(data.extensions ?? new Map()),
  }),
});

/** Whether a registration has an extension that no specification defines. */
function hasUnknownExtension(request: CborMap): boolean {
  const inputs = request.get(0x06);
  return inputs instanceof Map && [...inputs.keys()].some((id) => !Object.hasOwn(extensions, String(id)));
}

export const extensionDefects = {
  ...defectsDetectedBy('suite', {
    'extension.unsolicited': {
      title: 'The response contains an extension output that was not requested',
      breaks: 'WebAuthn L3 section 9.5',
      ...addOutput('example.extension', true),
    },
    'extension.all-ignored': {
      title: 'Extensions listed in getInfo are ignored',
      breaks: 'CTAP 2.1 section 6.1.2 step 15',
      ...editRequest('authenticatorMakeCredential', deleteMember(0x06)),
    },
    'extension.cred-protect-silent': {
      title: 'The output of credProtect is missing',
      breaks: 'CTAP 2.1 section 12.1',
      ...editOutputs(deleteMember('credProtect')),
    },
    'extension.hmac-secret-denied': {
      title: 'The hmac-secret output is false although true was requested',
      breaks: 'CTAP 2.1 section 12.5',
      ...editOutputs((map) => (map.get('hmac-secret') === true ? setMember('hmac-secret', false)(map) : map)),
    },
    'extension.hmac-secret-zero': {
      title: 'hmac-secret outputs are all zero bytes',
      breaks: 'CTAP 2.1 section 12.5',
      ...editOutputs(editBytes('hmac-secret', zeroBytes)),
    },
    'extension.unknown-refused': {
      title: 'A registration with an unknown extension is refused',
      breaks: 'CTAP 2.1 section 12',
      ...refuseRequest('authenticatorMakeCredential', hasUnknownExtension, 'CTAP2_ERR_UNSUPPORTED_OPTION'),
    },
    'extension.hmac-secret-constant': {
      title: 'hmac-secret outputs depend on the salt only, not on the credential or user verification',
      breaks: 'CTAP 2.1 section 12.5',
      rules: { separateHmacSecrets: false },
    },
    'extension.cred-blob-missing': {
      title: 'The output of credBlob is missing if none was stored',
      breaks: 'CTAP 2.1 section 12.2',
      ...editOutputs(deleteMember('credBlob')),
    },
    'extension.cred-blob-claimed': {
      title: 'The output of credBlob is true although it was not stored',
      breaks: 'CTAP 2.1 section 12.2',
      ...editOutputs((map) => (map.get('credBlob') === false ? setMember('credBlob', true)(map) : map)),
    },
    'extension.large-blob-key-short': {
      title: 'largeBlobKey has 31 bytes',
      breaks: 'CTAP 2.1 section 12.3',
      ...editResponse('authenticatorMakeCredential', editBytes(0x05, dropLastBytes(1))),
    },
    'extension.large-blob-key-constant': {
      title: 'largeBlobKey is the same for every credential',
      breaks: 'CTAP 2.1 section 12.3',
      ...editResponse('authenticatorMakeCredential', editBytes(0x05, zeroBytes)),
    },
    'extension.min-pin-length-told-to-all': {
      title: 'minPinLength is returned to relying parties that are not authorized to read it',
      breaks: 'CTAP 2.1 section 12.4',
      ...addOutput('minPinLength', 4),
    },
    'extension.pin-complexity-told-to-all': {
      title: 'pinComplexityPolicy is returned to relying parties that are not authorized to read it',
      breaks: 'CTAP 2.3 section 12',
      ...addOutput('pinComplexityPolicy', true),
    },
    'extension.unsigned-outputs-missing': {
      title: 'unsignedExtensionOutputs is missing',
      breaks: 'CTAP 2.3 section 12',
      response: (members) => deleteMember(0x06)(deleteMember(0x08)(members)),
    },
  }),
  ...defectsDetectedBy('client', {
    'extension.cred-protect-lower': {
      title: 'The credProtect output is a lower level than requested',
      breaks: 'CTAP 2.1 section 12.1',
      ...editOutputs((map) => (map.has('credProtect') ? setMember('credProtect', 1)(map) : map)),
    },
    'extension.hmac-secret-cut-off': {
      title: 'hmac-secret outputs are missing their last byte',
      breaks: 'CTAP 2.1 section 12.5',
      ...editOutputs(editBytes('hmac-secret', dropLastBytes(1))),
    },
    'extension.hmac-secret-number': {
      title: 'The output of hmac-secret is a number',
      breaks: 'CTAP 2.1 section 12.5',
      ...editOutputs((map) => (map.has('hmac-secret') ? setMember('hmac-secret', 1)(map) : map)),
    },
  }),
};
