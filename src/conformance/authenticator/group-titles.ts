/** What each group of requirements is about. */
export const groupTitles = {
  getinfo: 'authenticatorGetInfo',
  makecred: 'authenticatorMakeCredential',
  getassert: 'authenticatorGetAssertion',
  rk: 'Discoverable credentials and authenticatorGetNextAssertion',
  pin: 'The PIN and its retries',
  token: 'PIN/UV auth tokens',
  cbor: 'Encoding of messages',
  credmgmt: 'authenticatorCredentialManagement',
  ext: 'Extensions',
  config: 'authenticatorConfig',
  largeblobs: 'authenticatorLargeBlobs',
  select: 'authenticatorSelection',
  reset: 'authenticatorReset',
  hid: 'CTAPHID',
  u2f: 'CTAP1/U2F',
  nfc: 'CTAP over smart cards and NFC',
} as const;
