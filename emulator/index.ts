/**
 * The virtual authenticator's public door.
 *
 * ```ts
 * const authenticator = createAuthenticator({ persona: 'yubikey-5-nfc', pin: '1234' });
 * await using device = plugIn(authenticator);
 * const info = await device.transact(new Uint8Array([0x04])); // authenticatorGetInfo
 * ```
 */
export type { InjectedAttestation, InjectedCredential } from './attestation/injected.ts';
export { trustAnchors } from './attestation/test-pki.ts';
export { toPem } from './attestation/x509.ts';
export type { Authenticator, ProcessOptions } from './authenticator.ts';
export { type AuthenticatorOptions, createAuthenticator } from './create-authenticator.ts';
export type { Defect, PartyOnTrial } from './defects/defect.ts';
export { type DefectGroup, type DefectId, defectGroups, defects } from './defects/registry.ts';
export type { Fault, FaultEffect, FaultMoment, FaultPlan } from './faults.ts';
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
export type { AttestationChoice, Persona, PersonaTransport } from './personas/persona.ts';
export { type PersonaId, personas } from './personas/registry.ts';
export { type PluggedDevice, type PlugOptions, plugIn } from './transports/in-process.ts';
