/** Flags of authenticator data. */
import { flag } from '#protocol/authenticator-data.ts';
import { trying } from './defect.ts';
import { atSignIn } from './mutators.ts';

const section = 'WebAuthn L3 section 6.1';
const without = (bits: number) => ({
  authData: <D extends { flags: number }>(data: D) => ({ ...data, flags: data.flags & ~bits }),
});
const withAlso = (bits: number) => ({
  authData: <D extends { flags: number }>(data: D) => ({ ...data, flags: data.flags | bits }),
});
/** The flags byte as it goes out, whatever the content says. */
const written = (change: (flags: number) => number) => ({
  encodedAuthData: (bytes: Uint8Array) => bytes.map((byte, index) => (index === 32 ? change(byte) : byte)),
});

export const flagDefects = {
  ...trying('relying-party', {
    'flags.up-missing': {
      title: 'The user was present, the UP flag says no',
      breaks: 'CTAP 2.1 section 6.1.2 step 14',
      ...without(flag.UP),
    },
    'flags.uv-missing': {
      title: 'The user was verified, the UV flag says no',
      breaks: 'CTAP 2.1 section 6.1.2 step 11',
      ...without(flag.UV),
    },
    'flags.all-clear': { title: 'No flag is set', breaks: section, ...written(() => 0) },
    'flags.all-set': { title: 'Every flag is set, the reserved ones too', breaks: section, ...written(() => 0xff) },
    'flags.bs-without-be': {
      title: 'BS is set although BE is not',
      breaks: 'WebAuthn L3 section 6.1.3',
      authData: (data) => ({ ...data, flags: (data.flags & ~flag.BE) | flag.BS }),
    },
    'flags.be-changes': {
      title: 'A credential that was not backup eligible becomes so',
      breaks: 'WebAuthn L3 section 6.1.3',
      ...atSignIn((data) => ({ ...data, flags: data.flags ^ flag.BE })),
    },
    'flags.at-missing': {
      title: 'AT is clear although attested credential data follows',
      breaks: section,
      ...written((flags) => flags & ~flag.AT),
    },
    'flags.ed-claimed': {
      title: 'ED is set although no extension data follows',
      breaks: section,
      ...written((flags) => flags | flag.ED),
    },
    'flags.at-claimed-at-sign-in': {
      title: 'AT is set in an assertion that has no attested credential data',
      breaks: section,
      encodedAuthData: (bytes) =>
        bytes.length === 37 ? bytes.map((byte, index) => (index === 32 ? byte | flag.AT : byte)) : bytes,
    },
    'flags.up-missing-at-sign-in': {
      title: 'The user was present at sign-in, the UP flag says no',
      breaks: 'CTAP 2.1 section 6.2.2 step 9',
      ...atSignIn((data) => ({ ...data, flags: data.flags & ~flag.UP })),
    },
    'flags.uv-missing-at-sign-in': {
      title: 'The user was verified at sign-in, the UV flag says no',
      breaks: 'CTAP 2.1 section 6.2.2 step 6',
      ...atSignIn((data) => ({ ...data, flags: data.flags & ~flag.UV })),
    },
  }),
  ...trying('suite', {
    'flags.uv-claimed': {
      title: 'The user was not verified, the UV flag says yes',
      breaks: 'CTAP 2.1 section 6.1.2 step 11',
      ...withAlso(flag.UV),
    },
    'flags.rfu1-set': { title: 'The reserved bit 1 is set', breaks: section, ...withAlso(0x02) },
    'flags.rfu2-set': { title: 'The reserved bit 5 is set', breaks: section, ...withAlso(0x20) },
    'flags.be-claimed': {
      title: 'A device-bound credential says that it may be backed up',
      breaks: 'WebAuthn L3 section 6.1.3',
      ...withAlso(flag.BE),
    },
  }),
};
