/** Reads getInfo member by member, so that one malformed member does not hide the others. */
import type { CborMap } from '#protocol/cbor.ts';
import { type AuthenticatorInfo, getInfoResponse } from '#protocol/get-info.ts';

/** Returns the well-formed members. */
export function readInfo(members: CborMap): AuthenticatorInfo {
  const info: Record<string, unknown> = { versions: [], aaguid: new Uint8Array(16) };
  for (const [name, { key, type }] of Object.entries(getInfoResponse.fields)) {
    const value = members.get(key);
    if (value === undefined) continue;
    try {
      info[name] = type.parse(value, name);
    } catch {
      // A requirement of the group getinfo reports the malformed member.
    }
  }
  return info as AuthenticatorInfo;
}
