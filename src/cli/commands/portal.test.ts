/** `touchstone portal`: what is wrong with an option or with the store is one sentence, also while it serves. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../main.ts';
import { expectServing, startPortalProcess } from './testing/portal-process.ts';

let folder: string;
let errors: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-portal-'));
  errors = [];
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation((line: string) => void errors.push(line));
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => errors.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe('touchstone portal exits 2 with one sentence', () => {
  it.each([
    [
      'a folder as store',
      ['--store', tmpdir()],
      `Cannot use ${tmpdir()} as the store: it is a directory, expected a regular file`,
    ],
    [
      'a device as store',
      ['--store', '/dev/full'],
      'Cannot use /dev/full as the store: it is a device, a pipe or a socket',
    ],
    [
      'a store in a missing folder',
      ['--store', '/no/x.db'],
      'Cannot use /no/x.db as the store: the folder /no does not exist',
    ],
    ['an IP address as RP ID', ['--rp-id', '127.0.0.1'], 'Expected a domain in lower case'],
    ['a URL as RP ID', ['--rp-id', 'http://portal.test'], 'Expected a domain in lower case'],
    [
      'a revocation list without a BLOB',
      ['--metadata-revocation-list', '/no/list.crl'],
      'Cannot use --metadata-revocation-list without a BLOB: expected its file or address as --metadata',
    ],
    [
      'a root of a metadata service without a BLOB',
      ['--metadata-root', '/no/root.pem'],
      '--metadata-root without a BLOB',
    ],
    ['an address of another machine', ['--host', '192.0.2.1'], 'this machine does not have the address'],
  ])('for %s', async (_, options, sentence) => {
    expect(await main(['portal', '--port', '0', ...options])).toBe(2);
    expect(errors.join('')).toContain(sentence);
    expect(errors.join('')).not.toContain('    at ');
  });

  it('for a port that is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await main(['portal', '--port', String(port)])).toBe(2);
    expect(errors.join('')).toContain(`Cannot serve on 127.0.0.1, port ${port}: the port is in use`);
    server.close();
  });
});

/** Mounting needs privileges: root has them, others may have them in a user namespace. */
const mounting = ['unshare -m', 'unshare -rm'].find((unshare) => {
  const mount = 'mount -t tmpfs -o size=64k tmpfs /mnt';
  return spawnSync('sh', ['-c', `${unshare} sh -c '${mount}'`]).status === 0;
});
const inNamespace = (commands: string) => `exec ${mounting} sh -c '${commands} && exec "$@"' sh "$@" && :`;

describe.skipIf(mounting === undefined)('on a file system that is', () => {
  const timeout = 60_000;

  it('full at the start, touchstone portal exits 3 with one sentence', { timeout }, async () => {
    const store = join(folder, 'x.db');
    const mount = `mount -t tmpfs -o size=64k tmpfs ${folder} && { cat /dev/zero > ${folder}/filler 2>/dev/null; : ; }`;
    const ended = await startPortalProcess({ store, shell: inNamespace(mount) });
    expect(ended).toEqual({
      exitCode: 3,
      errors: [expect.stringMatching(/^error Cannot use .*(store: there is no space left on the disk|disk is full).*/)],
    });
  });

  it('read-only, touchstone portal exits 3 with one sentence', { timeout }, async () => {
    const store = join(folder, 'x.db');
    const ended = await startPortalProcess({ store, shell: inNamespace(`mount -t tmpfs -o ro tmpfs ${folder}`) });
    const sentence = `error Cannot use ${store} as the store: the file system is read-only`;
    expect(ended).toEqual({ exitCode: 3, errors: [sentence] });
  });

  it('full later, the portal answers 507, loses nothing, and continues when there is space', { timeout }, async () => {
    const store = join(folder, 'x.db');
    const mount = `mount -t tmpfs -o size=2m tmpfs ${folder} && cp /dev/null ${folder}/filler`;
    // The test reaches the file system of the process through its /proc folder.
    await using portal = expectServing(await startPortalProcess({ store, shell: inNamespace(mount) }));
    const [name = '', password = ''] = [...portal.passwords][0] ?? [];
    const signIn = async () => {
      const visitor = portal.newVisitor();
      await visitor.signIn(name, password);
      return visitor;
    };
    expect((await signIn()).html).toContain('<h1>Security info</h1>');
    const filler = `/proc/${portal.pid}/root${folder}/filler`;
    spawnSync('sh', ['-c', `cat /dev/zero > ${filler} 2>/dev/null`]);
    let visitor = await signIn();
    for (let attempt = 0; visitor.status !== 507 && attempt < 50; attempt++) visitor = await signIn();
    expect(visitor).toMatchObject({ status: 507, reason: 'storage-full' });
    spawnSync('sh', ['-c', `: > ${filler}`]);
    expect((await signIn()).html).toContain('<h1>Security info</h1>');
  });
});

describe('a portal that may not write more than a part of its store', () => {
  it('answers 503 or 507 instead of ending, and shows what it has', { timeout: 60_000 }, async () => {
    const store = join(folder, 'x.db');
    // 1,000 blocks of 512 bytes: enough for the schema and the users, not for many events. The first command compiles the program.
    const shell = '"$1" "$2" --version > /dev/null && ulimit -f 1000';
    await using portal = expectServing(await startPortalProcess({ store, shell }));
    const [name = '', password = ''] = [...portal.passwords][0] ?? [];
    const visitor = portal.newVisitor();
    await visitor.signIn(name, password);
    expect(visitor.html).toContain('<h1>Security info</h1>');
    for (let attempt = 0; visitor.status < 500 && attempt < 300; attempt++)
      await visitor.submit('/security-info/add', { csrf: 'wrong' });
    expect([503, 507]).toContain(visitor.status);
    await visitor.open('/security-info');
    expect(visitor.html).toContain('<h1>Security info</h1>');
  });
});
