/** Defects of the flags in authenticator data, WebAuthn L3 section 6.1. */
import { flag } from '#protocol/authenticator-data.ts';
import { defectsDetectedBy } from './defect.ts';
import { editAssertionData } from './mutators.ts';

const section = 'WebAuthn L3 section 6.1';
const clearFlags = (bits: number) => ({
  authData: <D extends { flags: number }>(data: D) => ({ ...data, flags: data.flags & ~bits }),
});
const setFlags = (bits: number) => ({
  authData: <D extends { flags: number }>(data: D) => ({ ...data, flags: data.flags | bits }),
});
/** Changes the encoded flags byte; the other bytes stay unchanged. */
const editFlagsByte = (change: (flags: number) => number) => ({
  encodedAuthData: (bytes: Uint8Array) => bytes.map((byte, index) => (index === 32 ? change(byte) : byte)),
});

export const flagDefects = {
  ...defectsDetectedBy('relying-party', {
    'flags.up-missing': {
      title: 'The UP flag is clear although the user was present',
      breaks: 'CTAP 2.1 section 6.1.2 step 14',
      ...clearFlags(flag.UP),
    },
    'flags.uv-missing': {
      title: 'The UV flag is clear although the user was verified',
      breaks: 'CTAP 2.1 section 6.1.2 step 11',
      ...clearFlags(flag.UV),
    },
    'flags.all-clear': { title: 'No flag is set', breaks: section, ...editFlagsByte(() => 0) },
    'flags.all-set': {
      title: 'Every flag is set, including the reserved bits',
      breaks: section,
      ...editFlagsByte(() => 0xff),
    },
    'flags.bs-without-be': {
      title: 'BS is set although BE is not',
      breaks: 'WebAuthn L3 section 6.1.3',
      authData: (data) => ({ ...data, flags: (data.flags & ~flag.BE) | flag.BS }),
    },
    'flags.be-changes': {
      title: 'BE changes between registration and sign-in',
      breaks: 'WebAuthn L3 section 6.1.3',
      ...editAssertionData((data) => ({ ...data, flags: data.flags ^ flag.BE })),
    },
    'flags.at-missing': {
      title: 'AT is clear although attested credential data follows',
      breaks: section,
      ...editFlagsByte((flags) => flags & ~flag.AT),
    },
    'flags.ed-claimed': {
      title: 'ED is set although no extension data follows',
      breaks: section,
      ...editFlagsByte((flags) => flags | flag.ED),
    },
    'flags.at-claimed-at-sign-in': {
      title: 'AT is set in an assertion that has no attested credential data',
      breaks: section,
      encodedAuthData: (bytes) =>
        bytes.length === 37 ? bytes.map((byte, index) => (index === 32 ? byte | flag.AT : byte)) : bytes,
    },
    'flags.up-missing-at-sign-in': {
      title: 'The UP flag is clear at sign-in although the user was present',
      breaks: 'CTAP 2.1 section 6.2.2 step 9',
      ...editAssertionData((data) => ({ ...data, flags: data.flags & ~flag.UP })),
    },
    'flags.uv-missing-at-sign-in': {
      title: 'The UV flag is clear at sign-in although the user was verified',
      breaks: 'CTAP 2.1 section 6.2.2 step 6',
      ...editAssertionData((data) => ({ ...data, flags: data.flags & ~flag.UV })),
    },
  }),
  ...defectsDetectedBy('suite', {
    'flags.uv-claimed': {
      title: 'The UV flag is set although the user was not verified',
      breaks: 'CTAP 2.1 section 6.1.2 step 11',
      ...setFlags(flag.UV),
    },
    'flags.rfu1-set': { title: 'Reserved bit 1 is set', breaks: section, ...setFlags(0x02) },
    'flags.rfu2-set': { title: 'Reserved bit 5 is set', breaks: section, ...setFlags(0x20) },
    'flags.be-claimed': {
      title: 'BE is set for a device-bound credential',
      breaks: 'WebAuthn L3 section 6.1.3',
      ...setFlags(flag.BE),
    },
  }),
};
