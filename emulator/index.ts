/**
 * The public entry point `touchstone/emulator`: the virtual authenticator. It takes and returns CTAP messages.
 * `docs/authenticator.md` has more examples, which a test runs.
 *
 * ```ts
 * const authenticator = createAuthenticator({ persona: 'yubikey-5-nfc', pin: '1234' });
 * await using device = plugIn(authenticator);
 * const info = await device.transact(new Uint8Array([0x04])); // authenticatorGetInfo
 * ```
 *
 * Invalid arguments throw a `UsageError`, a device that cannot be reached throws a `TransportError` with a `kind`, and a state file
 * that another process uses throws an `UnavailableError`. A command that fails throws nothing: its status is the first byte of the
 * answer.
 */

export { AdjustableClock, type Clock } from '#base/clock.ts';
export { UnavailableError, UsageError } from '#base/errors.ts';
export type { Random } from '#base/random.ts';
export { seededRandom } from '#base/seeded-random.ts';
export { encode as encodeCbor } from '#protocol/cbor.ts';
export { decode as decodeCbor } from '#protocol/cbor-reader.ts';
export { ProtocolViolation, TransportError } from '#protocol/errors.ts';
export { toPem } from '#protocol/x509/certificate.ts';
export { rootAuthority, trustAnchors } from './attestation/attestation-ca.ts';
export {
  exportAttestationCa,
  /** @deprecated Use `exportAttestationCa`. */
  exportAttestationCa as exportTestPki,
} from './attestation/export-attestation-ca.ts';
export type { InjectedAttestation, InjectedCredential } from './attestation/injected-keys.ts';
export { type MetadataStatement, metadataBlob, metadataStatement } from './attestation/metadata.ts';
export type { Authenticator, ProcessOptions } from './authenticator.ts';
export { type AuthenticatorOptions, createAuthenticator } from './create-authenticator.ts';
export type {
  Defect,
  DetectingParty,
  /** @deprecated Use `DetectingParty`. */
  DetectingParty as PartyOnTrial,
} from './defects/defect.ts';
export { type DefectGroup, type DefectId, defectGroups, defects } from './defects/registry.ts';
export {
  autoTouch,
  denyTouch,
  type GestureOutcome,
  type GestureRequest,
  type GestureSource,
  ManualGestures,
  neverTouch,
  touchAfter,
} from './gestures.ts';
export type { InspectedCredential, Inspection } from './inspection.ts';
export {
  findOptionProblems,
  type ModelOption,
  type ModelOptions,
  type OptionProblem,
  readsFingerprints,
} from './model-options.ts';
export { FileJournal, type PersistentStore } from './persistence/journal.ts';
export type { AuthenticatorStateJson } from './persistence/state-document.ts';
export type { AttestationChoice, Persona, PersonaTransport, UsbIdentity } from './personas/persona.ts';
export { type PersonaId, personaOf, personas } from './personas/registry.ts';
export type { Fault, FaultEffect, FaultMoment, FaultPlan } from './planned-faults.ts';
export type { CardKeyOptions } from './transports/card-key.ts';
export { type CardSlot, insertCard } from './transports/card-slot.ts';
export type { AuthenticatorBackend, HidKeyOptions } from './transports/hid-key.ts';
export { type PluggedDevice, type PlugOptions, plugIn } from './transports/in-process.ts';
export { type InProcessHidDevice, plugInHid } from './transports/in-process-hid.ts';
export {
  type DeviceTransport,
  deviceTransports,
  type TransportId,
} from './transports/registry.ts';
export type { KeyToServe, ListenOptions, ServedKey, ServeOptions, SocketKey } from './transports/served-key.ts';
export { defaultTcpPort, serveTcp } from './transports/tcp.ts';
export { defaultUdpPort, magicReboot, serveUdp } from './transports/udp.ts';
export { maxUhidMessageLength, serveUhid, type UhidOptions } from './transports/uhid.ts';
export type { UhidNode } from './transports/uhid-node.ts';
export { type UsbDevice, usbDeviceOf } from './transports/usb-identity.ts';
export { defaultUsbIpPort, serveUsbIp } from './transports/usbip.ts';
export { defaultVpcdPort, serveVpcd } from './transports/vpcd.ts';
