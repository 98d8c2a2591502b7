/** Where a machine that lends keys is: `HOST:PORT/KEY`. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { UsageError } from '#base/errors.ts';

/** What addresses without a port mean. */
export const defaultRemotePort = 7447;

export interface Destination {
  host: string;
  port: number;
}

/** `where` as its parts; a key is not always named. IPv6 addresses stand in brackets. @throws {UsageError} */
export function parseRemoteAddress(where: string): Destination & { key: string | undefined } {
  const pattern = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[^:/[\]\s]+))(?::(?<digits>\d{1,5}))?(?:\/(?<key>.+))?$/i;
  const { v6, name, digits, key } = pattern.exec(where)?.groups ?? {};
  const host = v6 ?? name;
  const port = Number(digits ?? defaultRemotePort);
  if (host === undefined || port === 0 || port > 0xffff)
    throw new UsageError(`cannot open remote:${where}: remote:HOST:PORT/KEY is wanted`);
  return { host, port, key };
}

export const formatHostPort = ({ host, port }: Destination): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** Whether what is bound to `host` can be reached from this machine only. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIPv4(host) && host.startsWith('127.')) || (isIPv6(host) && host === '::1');
