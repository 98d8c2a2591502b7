/** The metadata statement of a persona as its vendor would publish it: with the getInfo of an authenticator in factory state. */
import { toHex } from '#base/bytes.ts';
import type { MetadataStatement } from '#conformance/authenticator/metadata/statement.ts';
import { readInfo } from '#conformance/authenticator/read-info.ts';
import { createAuthenticator, metadataStatement, type Persona } from '#emulator';
import type { CborMap } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';

/** Retries of the PIN, CTAP 2.1 section 6.5.2.3. */
const maxRetries = 8;
/** Different characters of a PIN: a statement cannot express "any Unicode character". */
const base = 64;

export async function publishedStatement(persona: Persona): Promise<MetadataStatement> {
  const answer = await createAuthenticator({ persona }).process(new Uint8Array([commands.authenticatorGetInfo.code]));
  const {
    aaguid,
    remainingDiscoverableCredentials: _remaining,
    ...info
  } = readInfo(decode(answer.subarray(1)) as CborMap);
  const statement = metadataStatement(persona);
  return {
    ...statement,
    userVerificationDetails: describePin(statement.userVerificationDetails, info.minPINLength),
    authenticatorGetInfo: JSON.parse(JSON.stringify({ ...info, aaguid: toHex(aaguid) })),
  };
}

/** Adds the accuracy of the PIN, whose length is part of getInfo since CTAP 2.1. */
function describePin(details: unknown, minLength = 4): unknown {
  const describe = (method: { userVerificationMethod: string }) =>
    method.userVerificationMethod === 'passcode_external'
      ? { ...method, caDesc: { base, minLength, maxRetries, blockSlowdown: 0 } }
      : method;
  return (details as { userVerificationMethod: string }[][]).map((combination) => combination.map(describe));
}
