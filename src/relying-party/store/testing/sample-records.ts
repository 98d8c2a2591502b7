/** Records for the tests of a store. */
import type { PendingPasskey, TemporaryAccessPass, User, VerifiedCredential } from '../store.ts';

export const adele: User = {
  id: 'dXNlcg',
  name: 'adele@contoso.test',
  displayName: 'Adele Vance',
  passwordHash: 'hash',
  guest: false,
  roles: ['authentication-administrator'],
  groups: ['sales'],
};

export const credential: VerifiedCredential = {
  credentialId: 'Y3JlZA',
  publicKey: 'a2V5',
  algorithm: -7,
  signCount: 0,
  aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
  attestation: { fmt: 'packed', type: 'certified', chain: 'trusted' },
  kind: 'security-key',
  transports: ['usb', 'nfc'],
  userVerified: true,
  backupEligible: false,
  backedUp: false,
  discoverable: true,
};

export const waiting: PendingPasskey = {
  id: 'p1',
  userId: adele.id,
  sessionId: 's1',
  verifiedAt: 1000,
  expiresAt: 2000,
  state: 'waiting',
  credential,
};

export const pass: TemporaryAccessPass = {
  userId: adele.id,
  codeHash: 'one',
  issuedAt: 0,
  expiresAt: 100,
  oneTime: true,
  issuedBy: 'admin@contoso.test',
};
