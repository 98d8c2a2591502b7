/** Extension inputs and outputs, CTAP 2.1 section 12 and WebAuthn L3 section 9. */
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { trying } from './defect.ts';
import { bytesOf, drop, inRequest, put, shorten, zeros } from './mutators.ts';

/** Changes extension outputs where there are any; an empty map of outputs is left out. */
const outputs = (change: (map: CborMap) => CborMap) => ({
  authData: <D extends { extensions?: CborMap | undefined }>(data: D): D => {
    const changed = data.extensions && change(data.extensions);
    return { ...data, extensions: changed?.size ? changed : undefined };
  },
});
/** Adds an output that nobody asked for. */
const unsolicited = (id: string, value: CborValue) => ({
  authData: <D extends { extensions?: CborMap | undefined }>(data: D): D => ({
    ...data,
    extensions: put(id, value)(data.extensions ?? new Map()),
  }),
});

export const extensionDefects = {
  ...trying('suite', {
    'extension.cred-protect-lower': {
      title: 'credProtect answers a lower level than was asked for',
      breaks: 'CTAP 2.1 section 12.1',
      ...outputs((map) => (map.has('credProtect') ? put('credProtect', 1)(map) : map)),
    },
    'extension.unsolicited': {
      title: 'An output that nobody asked for',
      breaks: 'WebAuthn L3 section 9.5',
      ...unsolicited('example.extension', true),
    },
    'extension.all-ignored': {
      title: 'Takes no notice of extensions that getInfo promises',
      breaks: 'CTAP 2.1 section 6.1.2 step 15',
      ...inRequest('authenticatorMakeCredential', drop(0x06)),
    },
    'extension.cred-protect-silent': {
      title: 'The output of credProtect is missing',
      breaks: 'CTAP 2.1 section 12.1',
      ...outputs(drop('credProtect')),
    },
    'extension.hmac-secret-denied': {
      title: 'hmac-secret answers false to true',
      breaks: 'CTAP 2.1 section 12.5',
      ...outputs((map) => (map.get('hmac-secret') === true ? put('hmac-secret', false)(map) : map)),
    },
    'extension.hmac-secret-zero': {
      title: 'hmac-secret outputs are zeros, the same for everyone',
      breaks: 'CTAP 2.1 section 12.5',
      ...outputs(bytesOf('hmac-secret', zeros)),
    },
    'extension.min-pin-length-told-to-all': {
      title: 'minPinLength is told to relying parties that may not know it',
      breaks: 'CTAP 2.1 section 12.4',
      ...unsolicited('minPinLength', 4),
    },
  }),
  ...trying('client', {
    'extension.hmac-secret-cut-off': {
      title: 'hmac-secret outputs lack their last byte',
      breaks: 'CTAP 2.1 section 12.5',
      ...outputs(bytesOf('hmac-secret', shorten(1))),
    },
    'extension.hmac-secret-number': {
      title: 'The output of hmac-secret is a number',
      breaks: 'CTAP 2.1 section 12.5',
      ...outputs((map) => (map.has('hmac-secret') ? put('hmac-secret', 1)(map) : map)),
    },
  }),
};
