/**
 * Reads what a security key reports about itself (authenticatorGetInfo and its PIN retries), and groups the interfaces that lead
 * to the same key. Sends only commands that do not change the key.
 */
import { formatAaguid } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { Ctap2 } from '#client/ctap2.ts';
import { choosePinUvAuthProtocol, pinRetries } from '#client/pin-protocol.ts';
import { CtapError, ProtocolViolation, TransportError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CtapDevice } from '#transport/device.ts';
import { defaultPinRetriesFloor, guard } from '#transport/guarded-device.ts';
import type { AccessProblem, FoundDevice } from '#transport/transport.ts';

export interface KeyPin {
  /** `unsupported`: this key has no PIN feature. */
  state: 'set' | 'unset' | 'blocked' | 'unsupported';
  retries?: number;
  /** The key accepts no PIN until it is unplugged and plugged in again. */
  needsPowerCycle?: boolean;
}

export interface KeyDescription {
  /** Identifies the key: its serial number if that is unique on this machine, otherwise its address. */
  id: string;
  product: string;
  manufacturer?: string;
  serial?: string;
  /** Addresses of its interfaces; the first one is used. */
  addresses: string[];
  usable: boolean;
  /** Why the key cannot be used. */
  obstacle?: AccessProblem;
  aaguid?: string;
  /** Name of the model, if the AAGUID is known. */
  model?: string;
  firmware?: string;
  versions?: string[];
  extensions?: string[];
  options?: Record<string, boolean>;
  pin?: KeyPin;
  /** Transports that the key reports, CTAP 2.1 section 6.4. */
  transports?: string[];
}

export interface KeyReader {
  open(address: string): Promise<CtapDevice>;
  modelName(aaguid: string): string | undefined;
}

/** A key as the system lists it, before anything was sent to it. The first interface is used. */
export interface DetectedKey {
  id: string;
  interfaces: readonly [FoundDevice, ...FoundDevice[]];
}

/** Returns one entry for each key; interfaces on the same port belong to the same key. */
export function groupByKey(found: readonly FoundDevice[]): DetectedKey[] {
  const keys = found.filter(({ port }, index) => !port || found.findIndex((other) => other.port === port) === index);
  return keys.map((key) => {
    const others = key.port ? found.filter((device) => device.port === key.port && device !== key) : [];
    const isUnique = key.serial && keys.filter(({ serial }) => serial === key.serial).length === 1;
    return { id: (isUnique && key.serial) || key.address, interfaces: [key, ...others] };
  });
}

/** Describes all keys, one after the other. */
export async function describeKeys(found: readonly FoundDevice[], reader: KeyReader): Promise<KeyDescription[]> {
  const described: KeyDescription[] = [];
  for (const key of groupByKey(found)) described.push(await describeKey(key, reader));
  return described;
}

/** Describes one key; opens its first interface. */
export async function describeKey({ id, interfaces }: DetectedKey, reader: KeyReader): Promise<KeyDescription> {
  const { product, manufacturer, serial } = interfaces[0];
  return {
    id,
    product,
    ...(manufacturer && { manufacturer }),
    ...(serial && { serial }),
    addresses: interfaces.map(({ address }) => address),
    ...(await readKey(interfaces[0], reader)),
  };
}

/** Returns what the key reports, or the reason why it cannot be used. */
async function readKey(
  { address, obstacle }: FoundDevice,
  { open, modelName }: KeyReader,
): Promise<Pick<KeyDescription, 'usable'> & Partial<KeyDescription>> {
  if (obstacle) return { usable: false, obstacle };
  try {
    await using device = guard(await open(address), {
      destroyCredentials: false,
      pinRetriesFloor: defaultPinRetriesFloor,
    });
    const ctap = new Ctap2(device, { clock: systemClock });
    const info = await ctap.getInfo();
    const aaguid = formatAaguid(info.aaguid);
    const model = modelName(aaguid);
    return {
      usable: true,
      aaguid,
      ...(model && { model }),
      ...(info.firmwareVersion !== undefined && { firmware: formatFirmwareVersion(info.firmwareVersion) }),
      versions: info.versions,
      extensions: info.extensions ?? [],
      options: info.options ?? {},
      transports: info.transports ?? [],
      pin: await readPinState(ctap, info),
    };
  } catch (error) {
    return { usable: false, obstacle: toAccessProblem(error) };
  }
}

async function readPinState(ctap: Ctap2, info: AuthenticatorInfo): Promise<KeyPin> {
  if (info.options?.clientPin === undefined) return { state: 'unsupported' };
  if (!info.options.clientPin) return { state: 'unset' };
  const protocol = choosePinUvAuthProtocol(info);
  if (!protocol) return { state: 'set' };
  const { retries, powerCycle } = await pinRetries(ctap, protocol);
  return { state: retries === 0 ? 'blocked' : 'set', retries, ...(powerCycle && { needsPowerCycle: true }) };
}

/** Most vendors put major, minor and patch into three bytes; smaller numbers are shown unchanged. */
const formatFirmwareVersion = (version: number): string =>
  version > 0xffff && version <= 0xffffff
    ? [version >> 16, (version >> 8) & 0xff, version & 0xff].join('.')
    : String(version);

/** @throws any error that is not a failure of the key itself. */
function toAccessProblem(error: unknown): AccessProblem {
  if (error instanceof TransportError)
    return {
      why: error.message,
      remedy:
        error.kind === 'disconnected'
          ? 'Plug the key in again'
          : 'Close other programs that use the key, then plug it in again',
    };
  if (error instanceof CtapError || error instanceof ProtocolViolation)
    return { why: error.message, remedy: 'The key violates CTAP2: it supports U2F only, or needs newer firmware' };
  throw error;
}
