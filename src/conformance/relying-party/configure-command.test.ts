/** What the command that configures a server gets, and what its output and its end mean. The commands are those of a POSIX shell. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { configureWithCommand } from './configure-command.ts';
import type { SettingsDocument } from './server-configuration.ts';

const settings: SettingsDocument = { attestation: 'required', algorithms: [-7], trustAnchors: ['MAA'] };
const configure = (command: string, clock = systemClock) => configureWithCommand({ command, clock })(settings);
const folder = mkdtempSync(join(tmpdir(), 'touchstone-configure-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(process.platform === 'win32')('the command that configures a server', () => {
  it('gets the settings as JSON on its standard input', async () => {
    const file = join(folder, 'settings.json');
    await configure(`cat > '${file}'`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(settings);
  });

  it('may leave the input unread', async () => {
    await expect(configure('exit 0')).resolves.toBeUndefined();
  });

  it('may name the formats that the server verifies', async () => {
    expect(await configure(`echo '{"formats":["packed"]}'`)).toEqual({ formats: ['packed'] });
  });

  it.each([
    ['refuses the settings', `echo '{"refused":"The BLOB is not valid"}'`, 'SettingsRefused', 'The BLOB is not valid'],
    ['does not have them', `echo '{"unsupported":"No metadata"}'`, 'SettingsUnsupported', 'No metadata'],
    [
      'prints something else',
      'echo ready',
      'UnavailableError',
      'to print nothing, formats, refused or unsupported, got "ready"',
    ],
    ['prints other JSON', `echo '{"ok":true}'`, 'UnavailableError', String.raw`got "{\"ok\":true}"`],
    ['fails', 'echo "no such server" >&2; exit 7', 'UnavailableError', 'ended with exit code 7: no such server'],
    ['fails without a message', 'exit 7', 'UnavailableError', 'ended with exit code 7: no message'],
    ['fails after an answer', `echo '{"refused":"x"}'; exit 7`, 'UnavailableError', 'ended with exit code 7'],
    ['is ended by a signal', 'kill -9 $$', 'UnavailableError', 'ended with signal SIGKILL'],
    ['does not exist', '/no/such/program', 'UnavailableError', 'ended with exit code 127'],
  ])('%s', async (_title, command, name, message) => {
    await expect(configure(command)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });

  it('may leave a server running', async () => {
    const file = join(folder, 'server');
    await configure(`sleep 60 > '${file}' 2>&1 & echo $! > '${file}.pid'`);
    const pid = Number(readFileSync(`${file}.pid`, 'utf8'));
    expect(process.kill(pid, 0)).toBe(true);
    process.kill(pid);
  });

  it('is ended with everything that it has started when it takes too long', async () => {
    const clock = new ManualClock();
    const file = join(folder, 'slow.pid');
    const work = configure(`echo $$ > '${file}'; sleep 60 & wait`, clock);
    const outcome = expect(work).rejects.toThrow('The command did not end within 60000 ms');
    await expect.poll(() => readFileSync(file, 'utf8')).toMatch(/^\d+\n$/);
    clock.advance(60_000);
    await outcome;
    const pid = Number(readFileSync(file, 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}
