import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import { splitCommandLine } from '#cli/run/split-command-line.ts';
import { commandRobot } from './command-robot.ts';
import { request } from './testing/operator-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-robot-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A robot that runs a Node.js script. */
const scriptRobot = (script: string, ...words: string[]) =>
  commandRobot({ words: [process.execPath, '-e', script, ...words], folder });
const neverAborted = () => new AbortController().signal;

describe('commandRobot', () => {
  it('passes action and key as arguments and environment, and nothing else of the run', async () => {
    vi.stubEnv('TOUCHSTONE_KEY_PINS', '{"1":"1234"}');
    onTestFinished(() => void vi.unstubAllEnvs());
    const send = scriptRobot(
      `const received = Object.entries(process.env).filter(([name]) => name.startsWith('TOUCHSTONE_'));
       require('node:fs').writeFileSync('received.json', JSON.stringify([process.argv.slice(1), Object.fromEntries(received)]))`,
      'arm 2',
    );
    const key = { label: "'; rm -rf ~ #\n$(id)", address: 'hid:`id` "&& id', serial: '--help\u0000' };
    await send(request({ key }), neverAborted());
    expect(JSON.parse(readFileSync(join(folder, 'received.json'), 'utf8'))).toEqual([
      ['arm 2', 'touch', 'hid:`id` "&& id'],
      {
        TOUCHSTONE_HANDLING: 'touch',
        TOUCHSTONE_KEY_ADDRESS: 'hid:`id` "&& id',
        TOUCHSTONE_KEY_LABEL: "'; rm -rf ~ #?$(id)",
        TOUCHSTONE_KEY_SERIAL: '--help?',
        TOUCHSTONE_PATIENCE_MS: '30000',
      },
    ]);
  });

  it.each([
    [
      'an exit code',
      'console.log("the arm"); console.error("is stuck"); process.exitCode = 7',
      'ended with exit code 7',
    ],
    ['a signal', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)', 'was ended by SIGTERM'],
  ])('throws if the program ends with %s', async (_, script, how) => {
    const sent = scriptRobot(script)(request(), neverAborted());
    await expect(sent).rejects.toThrow(UnavailableError);
    await expect(sent).rejects.toThrow(`${how} for the action touch`);
  });

  it('includes the end of the output in the error', async () => {
    const script = 'console.error("x".repeat(1e6) + "the arm is stuck"); process.exitCode = 1';
    const { message } = await scriptRobot(script)(request(), neverAborted()).then(
      () => new Error('it did not fail'),
      (error: Error) => error,
    );
    expect(message).toMatch(/: x+the arm is stuck$/);
    expect(message.length).toBeLessThan(2500);
  });

  it('throws if the program does not exist', async () => {
    const sent = commandRobot({ words: ['./no-such-robot.sh'], folder })(request(), neverAborted());
    await expect(sent).rejects.toThrow(UnavailableError);
    await expect(sent).rejects.toThrow('The operator command "./no-such-robot.sh" cannot be started: ');
  });

  it('ends the program and its child processes when the signal aborts', async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const bothConnected = new Promise<Socket[]>((resolve) => {
      const sockets: Socket[] = [];
      server.on('connection', (socket) => sockets.push(socket) === 2 && resolve(sockets));
    });
    const staysConnected = `require('node:net').connect(${port}, '127.0.0.1').on('error', () => {}); process.on('SIGTERM', () => {});`;
    const abort = new AbortController();
    const sent = scriptRobot(
      `${staysConnected} require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(staysConnected)}])`,
    )(request(), abort.signal);
    const sockets = await bothConnected;
    const closed = sockets.map(
      (socket) => new Promise((resolve) => socket.on('error', resolve).on('close', resolve).resume()),
    );
    abort.abort(new Error('The case is over'));
    await expect(sent).rejects.toThrow('The case is over');
    await Promise.all(closed);
  });
});

describe('splitCommandLine', () => {
  it.each([
    ['./robot.sh', ['./robot.sh']],
    ['  python3 "my robot.py"  --arm=\'2 3\' ', ['python3', 'my robot.py', '--arm=2 3']],
    ['C:\\robots\\touch.exe /key ""', ['C:\\robots\\touch.exe', '/key', '']],
    ['robot; rm -rf $HOME', ['robot;', 'rm', '-rf', '$HOME']],
  ])('splits %s', (command, words) => {
    expect(splitCommandLine(command)).toEqual(words);
  });

  it.each([
    ['robot "arm', 'A quote is not closed'],
    ["robot 'arm", 'A quote is not closed'],
    [' ', 'Expected a command'],
  ])('rejects %j', (command, message) => {
    expect(() => splitCommandLine(command)).toThrow(message);
  });
});
