/** The only module that imports the package `usb`: its used subset as a port. Where the machine has no USB bus, the package is not loaded. */
import { existsSync } from 'node:fs';

/** An endpoint of an interface. CTAPHID uses interrupt endpoints with packets of 64 bytes. */
interface UsbEndpoint {
  endpointNumber: number;
  direction: 'in' | 'out';
  type: string;
  packetSize: number;
}

export interface UsbInterface {
  interfaceNumber: number;
  alternate: { interfaceClass: number; endpoints: readonly UsbEndpoint[] };
}

interface InterfaceRequest {
  requestType: 'standard';
  recipient: 'interface';
  request: number;
  value: number;
  index: number;
}

export interface UsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly productName?: string | null | undefined;
  readonly manufacturerName?: string | null | undefined;
  readonly serialNumber?: string | null | undefined;
  /** Bus number, e.g. `001`, and the port numbers from the bus to the device. */
  readonly bus: string;
  readonly ports: readonly number[];
  readonly configuration?: { interfaces: readonly UsbInterface[] } | null | undefined;
  open(): Promise<void>;
  close(): Promise<void>;
  detachKernelDriver(interfaceNumber: number): Promise<void>;
  attachKernelDriver(interfaceNumber: number): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  controlTransferIn(setup: InterfaceRequest, length: number): Promise<{ data?: DataView | undefined }>;
  /** The package extends WebUSB by a timeout in milliseconds; then the transfer is cancelled and rejects. */
  transferIn(endpoint: number, length: number, timeoutMs: number): Promise<{ data?: DataView | undefined }>;
  transferOut(endpoint: number, data: BufferSource): Promise<unknown>;
}

export interface UsbLibrary {
  getDevices(): Promise<UsbDevice[]>;
  addEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
  removeEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
}

/**
 * Returns the package, or undefined where there is no USB bus or the package cannot be loaded. Without a bus, `getDevices`
 * fails and adding an event listener terminates the process.
 */
export async function loadUsb(): Promise<UsbLibrary | undefined> {
  if (process.platform === 'linux' && !existsSync('/sys/bus/usb/devices')) return undefined;
  try {
    return (await import('usb')).usb as unknown as UsbLibrary;
  } catch {
    return undefined;
  }
}
