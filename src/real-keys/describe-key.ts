/** What a key says of itself, and which of the ways to it is used. Asks only what leaves the key as it is. */

import { formatAaguid } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { Ctap2 } from '#client/ctap2.ts';
import { choosePinUvAuthProtocol, pinRetries } from '#client/pin-protocol.ts';
import { CtapError, ProtocolViolation, TransportError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CtapDevice } from '#transport/device.ts';
import { defaultPinRetriesFloor, guard } from '#transport/guarded-device.ts';
import type { FoundDevice, Obstacle } from '#transport/transport.ts';

export interface KeyPin {
  /** `unsupported`: this key has no PIN and never will. */
  state: 'set' | 'unset' | 'blocked' | 'unsupported';
  retries?: number;
  /** It takes no PIN until it is plugged in again. */
  needsPowerCycle?: boolean;
}

export interface KeyDescription {
  /** What names this very key: its serial number where it has one of its own, or where it is. */
  id: string;
  product: string;
  manufacturer?: string;
  serial?: string;
  /** Ways to it, the one that is used first. */
  addresses: string[];
  usable: boolean;
  obstacle?: Obstacle;
  aaguid?: string;
  /** The model's name, for an AAGUID that is known. */
  model?: string;
  firmware?: string;
  versions?: string[];
  extensions?: string[];
  options?: Record<string, boolean>;
  pin?: KeyPin;
  /** How the key says it can be reached; CTAP 2.1 section 6.4. */
  transports?: string[];
}

export interface KeyReading {
  open(address: string): Promise<CtapDevice>;
  modelName(aaguid: string): string | undefined;
}

/** A key before a byte was sent to it: the ways to it, the one that is used first, and its name. */
export interface SeenKey {
  id: string;
  ways: readonly [FoundDevice, ...FoundDevice[]];
}

/** One for each key, whatever the number of ways to it. */
export function seenKeys(found: readonly FoundDevice[]): SeenKey[] {
  const keys = found.filter(({ port }, index) => !port || found.findIndex((other) => other.port === port) === index);
  return keys.map((key) => {
    const others = key.port ? found.filter((way) => way.port === key.port && way !== key) : [];
    const isOwn = key.serial && keys.filter(({ serial }) => serial === key.serial).length === 1;
    return { id: (isOwn && key.serial) || key.address, ways: [key, ...others] };
  });
}

/** All of them, one after the other. */
export async function describeKeys(found: readonly FoundDevice[], reading: KeyReading): Promise<KeyDescription[]> {
  const described: KeyDescription[] = [];
  for (const key of seenKeys(found)) described.push(await describeKey(key, reading));
  return described;
}

/** What the key says of itself, by the first of the ways to it. */
export async function describeKey({ id, ways }: SeenKey, reading: KeyReading): Promise<KeyDescription> {
  const { product, manufacturer, serial } = ways[0];
  return {
    id,
    product,
    ...(manufacturer && { manufacturer }),
    ...(serial && { serial }),
    addresses: ways.map(({ address }) => address),
    ...(await readKey(ways[0], reading)),
  };
}

/** What the key says; for one that cannot be used, why. */
async function readKey(
  { address, obstacle }: FoundDevice,
  { open, modelName }: KeyReading,
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
      ...(info.firmwareVersion !== undefined && { firmware: firmwareText(info.firmwareVersion) }),
      versions: info.versions,
      extensions: info.extensions ?? [],
      options: info.options ?? {},
      transports: info.transports ?? [],
      pin: await pinOf(ctap, info),
    };
  } catch (error) {
    return { usable: false, obstacle: obstacleOf(error) };
  }
}

async function pinOf(ctap: Ctap2, info: AuthenticatorInfo): Promise<KeyPin> {
  if (info.options?.clientPin === undefined) return { state: 'unsupported' };
  if (!info.options.clientPin) return { state: 'unset' };
  const protocol = choosePinUvAuthProtocol(info);
  if (!protocol) return { state: 'set' };
  const { retries, powerCycle } = await pinRetries(ctap, protocol);
  return { state: retries === 0 ? 'blocked' : 'set', retries, ...(powerCycle && { needsPowerCycle: true }) };
}

/** Most vendors put major, minor and patch in the bytes; small numbers are numbers. */
const firmwareText = (version: number): string =>
  version > 0xffff && version <= 0xffffff
    ? [version >> 16, (version >> 8) & 0xff, version & 0xff].join('.')
    : String(version);

function obstacleOf(error: unknown): Obstacle {
  if (error instanceof TransportError)
    return {
      why: error.message,
      remedy:
        error.kind === 'disconnected'
          ? 'plug the key in again'
          : 'end other programs that use the key, plug it in again',
    };
  if (error instanceof CtapError || error instanceof ProtocolViolation)
    return { why: error.message, remedy: 'the key breaks the protocol: it speaks U2F only, or needs new firmware' };
  throw error;
}
