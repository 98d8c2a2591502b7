import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import { wordsOf } from '#cli/run/split-command-line.ts';
import { commandRobot } from './command-robot.ts';
import { request } from './testing/operator-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-robot-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A robot that runs this script. */
const scripted = (script: string, ...words: string[]) =>
  commandRobot({ words: [process.execPath, '-e', script, ...words], folder });
const running = () => new AbortController().signal;

it('is told by its arguments and its environment what to do to which key, and nothing of the run', async () => {
  vi.stubEnv('TOUCHSTONE_KEY_PINS', '{"1":"1234"}');
  onTestFinished(() => void vi.unstubAllEnvs());
  const tell = scripted(
    `const told = Object.entries(process.env).filter(([name]) => name.startsWith('TOUCHSTONE_'));
     require('node:fs').writeFileSync('told.json', JSON.stringify([process.argv.slice(1), Object.fromEntries(told)]))`,
    'arm 2',
  );
  const hostile = { label: "'; rm -rf ~ #\n$(id)", address: 'hid:`id` "&& id', serial: '--help\u0000' };
  await tell(request({ key: hostile }), running());
  expect(JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'))).toEqual([
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
  ['an exit code', 'console.log("the arm"); console.error("is stuck"); process.exitCode = 7', 'ended with exit code 7'],
  ['a signal', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)', 'was ended by SIGTERM'],
])('%s is an error', async (_, script, how) => {
  const told = scripted(script)(request(), running());
  await expect(told).rejects.toThrow(UnavailableError);
  await expect(told).rejects.toThrow(`${how} when it was told to touch`);
});

it('what it printed stands in the error, the end of it', async () => {
  const told = scripted('console.error("x".repeat(1e6) + "the arm is stuck"); process.exitCode = 1')(
    request(),
    running(),
  );
  const { message } = await told.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  );
  expect(message).toMatch(/: x+the arm is stuck$/);
  expect(message.length).toBeLessThan(2500);
});

it('a program that is not there is an error', async () => {
  const told = commandRobot({ words: ['./no-such-robot.sh'], folder })(request(), running());
  await expect(told).rejects.toThrow(UnavailableError);
  await expect(told).rejects.toThrow('the operator command "./no-such-robot.sh" cannot be started: ');
});

it('is ended with everything it has started when the time is over', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  const both = new Promise<Socket[]>((came) => {
    const sockets: Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket) === 2 && came(sockets));
  });
  const stays = `require('node:net').connect(${port}, '127.0.0.1').on('error', () => {}); process.on('SIGTERM', () => {});`;
  const over = new AbortController();
  const told = scripted(
    `${stays} require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stays)}])`,
  )(request(), over.signal);
  const sockets = await both;
  const closed = sockets.map((socket) => new Promise((gone) => socket.on('error', gone).on('close', gone).resume()));
  over.abort(new Error('the case is over'));
  await expect(told).rejects.toThrow('the case is over');
  await Promise.all(closed);
});

it.each([
  ['./robot.sh', ['./robot.sh']],
  ['  python3 "my robot.py"  --arm=\'2 3\' ', ['python3', 'my robot.py', '--arm=2 3']],
  ['C:\\robots\\touch.exe /key ""', ['C:\\robots\\touch.exe', '/key', '']],
  ['robot; rm -rf $HOME', ['robot;', 'rm', '-rf', '$HOME']],
])('%s is a command of these words', (command, words) => {
  expect(wordsOf(command)).toEqual(words);
});

it.each([
  ['robot "arm', 'a quote is not closed'],
  ["robot 'arm", 'a quote is not closed'],
  [' ', 'a command is wanted'],
])('%j is no command', (command, complaint) => {
  expect(() => wordsOf(command)).toThrow(complaint);
});
