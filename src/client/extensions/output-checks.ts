/**
 * Checks of the extension outputs in authenticator data. WebAuthn L3 sections 7.1 (step 28) and 9 let a client pass on outputs
 * that were not requested; `docs/client.md` describes what the browsers do.
 */
import type { CborValue } from '#protocol/cbor.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { ClientPolicy } from '../context.ts';
import type { RegistrationProcessor } from './extension.ts';

export type ExtensionOutputs = ReadonlyMap<unknown, CborValue>;

export interface RequestedExtensions {
  /** Identifiers of the extension inputs that were sent. */
  requested: readonly string[];
  policy: ClientPolicy;
}

/** @throws {ProtocolViolation} for an output that an extension of the page or the client policy refuses. */
export function checkRegistrationOutputs(
  outputs: ExtensionOutputs,
  processors: readonly RegistrationProcessor[],
  info: AuthenticatorInfo,
  { requested, policy }: RequestedExtensions,
): void {
  for (const processor of processors) processor.checkOutputs?.(outputs, info);
  // A key may report a default level (CTAP 2.1 section 12.1).
  const mayBeUnsolicited = info.extensions?.includes('credProtect') ? ['credProtect'] : [];
  if (policy.unsolicitedOutputs === 'refuse') refuseUnsolicited(outputs, [...requested, ...mayBeUnsolicited]);
}

/** @throws {ProtocolViolation} for an output that the client policy refuses. */
export function checkAuthenticationOutputs(
  outputs: ExtensionOutputs,
  { requested, policy }: RequestedExtensions,
): void {
  if (policy.unsolicitedOutputs === 'refuse') refuseUnsolicited(outputs, requested);
}

function refuseUnsolicited(outputs: ExtensionOutputs, expected: readonly unknown[]): void {
  const unsolicited = [...outputs.keys()].find((id) => !expected.includes(id));
  if (unsolicited === undefined) return;
  throw new ProtocolViolation(
    { rule: 'response.unsolicited-extension', section: 'WebAuthn L3 section 9', offset: 0 },
    `Cannot use the extension outputs: ${JSON.stringify(unsolicited)} was not requested`,
  );
}
