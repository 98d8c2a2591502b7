/** The door to the package `usb`: what is used of it, as a port. Where the machine has no USB bus it is not even loaded. */
import { existsSync } from 'node:fs';

/** One end of an interface; 64-byte interrupt endpoints carry CTAPHID. */
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
  /** The bus by its number, e.g. `001`, and the sockets from there on. */
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
  /** Beyond WebUSB, the package takes a time after which it gives up and fails. */
  transferIn(endpoint: number, length: number, timeoutMs: number): Promise<{ data?: DataView | undefined }>;
  transferOut(endpoint: number, data: BufferSource): Promise<unknown>;
}

export interface UsbLibrary {
  getDevices(): Promise<UsbDevice[]>;
  addEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
  removeEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
}

/** The package, or undefined where there is no bus: asking it there fails, and listening to it ends the process. */
export async function loadUsb(): Promise<UsbLibrary | undefined> {
  if (process.platform === 'linux' && !existsSync('/sys/bus/usb/devices')) return undefined;
  try {
    return (await import('usb')).usb as unknown as UsbLibrary;
  } catch {
    return undefined;
  }
}
