/** Addresses of remote keys: `HOST:PORT/KEY`, where KEY is the id of a key on that key server. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { UsageError } from '#base/errors.ts';

/** The port of an address without a port. */
export const defaultRemotePort = 7447;

export interface HostPort {
  host: string;
  port: number;
}

/** Parses an address; the key is optional. IPv6 addresses are in brackets. @throws {UsageError} */
export function parseRemoteAddress(where: string): HostPort & { key: string | undefined } {
  const pattern = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[^:/[\]\s]+))(?::(?<digits>\d{1,5}))?(?:\/(?<key>.+))?$/i;
  const { v6, name, digits, key } = pattern.exec(where)?.groups ?? {};
  const host = v6 ?? name;
  const port = Number(digits ?? defaultRemotePort);
  if (host === undefined || port === 0 || port > 0xffff)
    throw new UsageError(`Cannot open remote:${where}: expected remote:HOST:PORT/KEY`);
  return { host, port, key };
}

export const formatHostPort = ({ host, port }: HostPort): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** Whether a server that listens on `host` can be reached from this machine only. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIPv4(host) && host.startsWith('127.')) || (isIPv6(host) && host === '::1');
