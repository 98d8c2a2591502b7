import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type KeyOptions, withKeyOptions } from './key-options.ts';
import { type OperatorOptions, operatorChoice, withOperatorOptions } from './operator-options.ts';

const quiet = (command: Command) => command.exitOverride().configureOutput({ writeErr: () => undefined });
const parseOperatorOptions = (...args: string[]) =>
  quiet(withOperatorOptions(new Command())).parse(args, { from: 'user' }).opts<OperatorOptions>();
const parseKeyOptions = (...args: string[]) =>
  quiet(withKeyOptions(new Command())).parse(args, { from: 'user' }).opts<KeyOptions>();

describe('operator options', () => {
  it.each([
    [[], { kind: 'terminal' }],
    [['--operator', 'none'], { kind: 'none' }],
    [
      ['--operator-command', './robot.sh "arm 2"'],
      { kind: 'command', words: ['./robot.sh', 'arm 2'], folder: process.cwd() },
    ],
    [['--operator-url', 'http://robot.test/handlings'], { kind: 'http', url: 'http://robot.test/handlings' }],
  ])('%j chooses %j', (args, choice) => {
    expect(operatorChoice(parseOperatorOptions(...args))).toEqual(choice);
  });

  it('rejects several operators', () => {
    const options = parseOperatorOptions('--operator', 'none', '--operator-url', 'http://robot.test/');
    expect(() => operatorChoice(options)).toThrow('Expected only one of --operator');
  });

  it('has a gesture timeout of 30 seconds by default', () => {
    expect(parseOperatorOptions()).toMatchObject({ gestureTimeout: 30_000, bell: false });
    const options = parseOperatorOptions('--gesture-timeout', '1.5m', '--bell');
    expect(options).toMatchObject({ gestureTimeout: 90_000, bell: true });
  });

  it.each([
    [['--operator', 'everybody'], /Allowed choices are terminal, none/],
    [['--operator-command', '"'], /A quote is not closed/],
    [['--operator-url', 'robot.test'], /Expected an HTTP URL/],
    [['--operator-url', 'file:///robot'], /Expected an HTTP URL/],
    [['--operator-url', 'http://me:secret@robot.test/'], /Expected a URL without user name and password/],
    [['--gesture-timeout', '30'], /Expected a duration such as 300ms, 2s, 5m or 1h/],
  ])('rejects %j', (args, message) => {
    expect(() => parseOperatorOptions(...args)).toThrow(message);
  });
});

describe('key options', () => {
  it('collects PIN sources and reports a malformed one as an invalid argument', () => {
    const options = parseKeyOptions('--pin-from', 'ask', '--pin-from', 'A1=env:PIN');
    expect(options.pinFrom).toEqual([{ from: 'ask' }, { key: 'A1', from: { env: 'PIN' } }]);
    expect(() => parseKeyOptions('--pin-from', '1234')).toThrow(
      /option '--pin-from <source>' argument '1234' is invalid. Expected ask, env:NAME or file:PATH/,
    );
  });
});

describe('deprecated options', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ['--patience', '--gesture-timeout', () => parseOperatorOptions('--patience', '1m').gestureTimeout, 60_000],
    ['--spare', '--skip-destructive', () => parseKeyOptions('--spare').skipDestructive, true],
  ])('%s works like %s and prints a note', (old, current, parse, value) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(parse()).toBe(value);
    expect(error).toHaveBeenCalledExactlyOnceWith(`Deprecated option ${old}: use ${current}`);
  });

  it('are not listed in the help', () => {
    const help = withKeyOptions(withOperatorOptions(new Command())).helpInformation();
    expect(help).toContain('--gesture-timeout');
    expect(help).not.toMatch(/--patience|--spare/);
  });
});
