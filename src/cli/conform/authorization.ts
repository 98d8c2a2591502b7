/** Permission to test a host that is not this machine. */
import { UsageError } from '#base/errors.ts';
import { isLoopback } from '#scenario/language/schema/site-url.ts';

/** @throws {UsageError} if the host is not on this machine and `--authorized` does not name it. */
export function requireAuthorization(hostname: string, authorized: string | undefined): void {
  if (isLoopback(hostname) || authorized === hostname) return;
  throw new UsageError(
    `Refused to test ${hostname}: the suite sends invalid responses there, and uses or creates accounts. The owner of the server can permit this with --authorized ${hostname}`,
  );
}
