/** Names of authenticator models by AAGUID. They are for display only (lists, the default name of a passkey); no decision depends on them. */
import type { VerifiedCredential } from './store/store.ts';

export const modelNames: Readonly<Record<string, string>> = {
  'cb69481e-8ff7-4039-93ec-0a2729a154a8': 'YubiKey 5',
  'ee882879-721c-4913-9775-3dfcce97072a': 'YubiKey 5',
  'fa2b99dc-9e39-4257-8f92-4a30d23c4118': 'YubiKey 5 NFC',
  '2fc0579f-8113-47ea-b116-bb5a8db9202a': 'YubiKey 5 NFC',
  '1ac71f64-468d-4fe0-bef1-0e5f2f551f18': 'YubiKey 5 NFC Enterprise',
  '73bb0cd4-e502-49b8-9c6f-b59445bf720b': 'YubiKey 5 FIPS',
  'c5ef55ff-ad9a-4b9f-b580-adebafe026d0': 'YubiKey 5Ci',
  'd8522d9f-575b-4866-88a9-ba99fa02f35b': 'YubiKey Bio',
  'f8a011f3-8c0a-4d15-8006-17111f9edc7d': 'Security Key by Yubico',
  'b92c3f9a-c014-4056-887f-140a2501163b': 'Security Key by Yubico',
  '149a2021-8ef6-4133-96b8-81f8d5b7f1f5': 'Security Key NFC',
  'a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa': 'Security Key NFC',
  '833b721a-ff5f-4d00-bb2e-bdda3ec01e29': 'Feitian ePass FIDO2',
  'ee041bce-25e5-4cdb-8f86-897fd6418464': 'Feitian ePass FIDO2-NFC',
  '77010bd7-212a-4fc9-b236-d2ca5e9d4084': 'Feitian BioPass',
  '12ded745-4bed-47d4-abaa-e713f51d6393': 'Feitian AllinOne',
  '42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3': 'Google Titan',
  '8876631b-d4a0-427f-5773-0ec71c9e0279': 'Solo',
  'ab32f0c6-2239-afbb-c470-d2ef4e254db7': 'Token2',
  'eabb46cc-e241-80bf-ae9e-96fa6d2975cf': 'Token2 PIN+',
  '90a3ccdf-635c-4729-a248-9b709135078f': 'Microsoft Authenticator',
  'de1e552d-db1d-4423-a619-566b625cdc84': 'Microsoft Authenticator',
  '08987058-cadc-4b81-b6e1-30de50dcbe96': 'Windows Hello',
  '9ddd1817-af5a-4672-a2b9-3e3dd95000a9': 'Windows Hello',
  '6028b017-b1d4-4c02-b4b3-afcdafc96bb2': 'Windows Hello',
  'fbfc3007-154e-4ecc-8c0b-6e020557d7bd': 'Apple Passwords',
  'dd4ec289-e01d-41c9-bb89-70fa845d4bf2': 'Apple Passwords',
  'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4': 'Google Password Manager',
  'adce0002-35bc-c60a-648b-0b25f1f05503': 'Chrome on Mac',
  'bada5566-a7aa-401f-bd96-45619a55120d': '1Password',
  'd548826e-79b4-db40-a3d8-11116f7e8349': 'Bitwarden',
  '53414d53-554e-4700-0000-000000000000': 'Samsung Pass',
  'd3452668-01fd-4c12-926c-83a4204853aa': 'Microsoft Password Manager',
  '01020304-0506-0708-0102-030405060708': 'Chromium virtual authenticator',
};

export const kindLabels = {
  'security-key': 'Security key',
  'this-device': 'This device',
  synced: 'Synced passkey',
  unknown: 'Passkey',
} as const satisfies Record<VerifiedCredential['kind'], string>;

/** Returns the model name of an AAGUID, or undefined if it is not known. */
export const modelName = (aaguid: string): string | undefined => modelNames[aaguid];

/** Returns a name that is not in `taken`: the model or the kind, with a number where needed. */
export function defaultName(
  { aaguid, kind }: Pick<VerifiedCredential, 'aaguid' | 'kind'>,
  taken: readonly string[],
): string {
  const base = modelName(aaguid) ?? kindLabels[kind];
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base} ${number}`;
    if (!taken.includes(name)) return name;
  }
}
