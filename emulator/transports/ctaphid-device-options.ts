/** Options of a CTAPHID device: the authenticator behind it, and how its reports reach the host. */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { TransportError } from '#protocol/errors.ts';
import type { FaultHooks } from '../fault-hooks.ts';
import type { TransportFaults } from '../transport-rules.ts';
import type { ProcessMessage } from './ctaphid-command.ts';

export interface CtapHidDeviceOptions {
  /** CTAP2: takes command byte and CBOR, resolves with status byte and CBOR. */
  process: ProcessMessage;
  /** CTAP1/U2F: takes an APDU, resolves with data and status word. Without it, the device reports that it has no CTAPHID_MSG. */
  processU2f?: ProcessMessage | undefined;
  /** Sends a report to the host. */
  send(report: Uint8Array): void;
  /** Called for CTAPHID_WINK. Without it, the device does not support the command. */
  wink?: (() => void) | undefined;
  /** False for a device that sends no keepalives. */
  sendsKeepalives?: boolean | undefined;
  /** Changes the packets of responses, and delays some; for a device with a defect. The responses to INIT and keepalives are not changed. */
  alterPackets?: FaultHooks['packets'];
  /** Other defects of CTAPHID. */
  faults?: TransportFaults | undefined;
  /** Major, minor, build. */
  deviceVersion?: readonly [number, number, number] | undefined;
  /** Called when power is lost during a command, which then gets no response. */
  onPowerLost?: ((error: TransportError) => void) | undefined;
  /** Time limit for the next packet of a message; 500 ms by default. */
  packetTimeoutMs?: number | undefined;
  clock?: Clock | undefined;
  random?: Random | undefined;
}
