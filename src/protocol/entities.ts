/** Entities used by several CTAP commands: relying party, user, credential descriptor and credential parameters. */
import { anyValue, arrayOf, bytes, integer, message, optional, required, text } from './message.ts';

/**
 * PublicKeyCredentialRpEntity, -UserEntity, -Descriptor and -Parameters in CTAP encoding (WebAuthn L3 sections 5.4, 5.8.3, 5.3).
 * `icon` is a URL in CTAP 2.0 and unknown in CTAP 2.1, which ignores it, also with another type.
 */
export const rpEntity = message({
  id: required('id', text),
  name: optional('name', text),
  icon: optional('icon', anyValue),
});
export const userEntity = message({
  id: required('id', bytes),
  name: optional('name', text),
  displayName: optional('displayName', text),
  icon: optional('icon', anyValue),
});
export const descriptor = message({
  id: required('id', bytes),
  type: required('type', text),
  transports: optional('transports', arrayOf(text)),
});
export const credentialParameters = message({ type: required('type', text), alg: required('alg', integer) });
