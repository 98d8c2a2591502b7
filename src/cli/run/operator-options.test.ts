import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { type OperatorOptions, operatorChoice, withOperatorOptions } from './operator-options.ts';

function parsed(...args: string[]): OperatorOptions {
  const command = withOperatorOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(args, { from: 'user' }).opts();
}

describe('whose hands are at real keys', () => {
  it.each([
    [[], { kind: 'terminal' }],
    [['--operator', 'none'], { kind: 'none' }],
    [
      ['--operator-command', './robot.sh "arm 2"'],
      { kind: 'command', words: ['./robot.sh', 'arm 2'], folder: process.cwd() },
    ],
    [['--operator-url', 'http://robot.test/handlings'], { kind: 'http', url: 'http://robot.test/handlings' }],
  ])('%j', (args, choice) => {
    expect(operatorChoice(parsed(...args))).toEqual(choice);
  });

  it('is one of them', () => {
    const options = parsed('--operator', 'none', '--operator-url', 'http://robot.test/');
    expect(() => operatorChoice(options)).toThrow('cannot have several operators');
  });

  it('has 30 seconds, or what is said', () => {
    expect(parsed()).toMatchObject({ patience: 30_000, bell: false });
    expect(parsed('--patience', '1.5m', '--bell')).toMatchObject({ patience: 90_000, bell: true });
  });

  it.each([
    [['--operator', 'everybody'], /Allowed choices are terminal, none/],
    [['--operator-command', '"'], /a quote is not closed/],
    [['--operator-url', 'robot.test'], /a URL of a server is wanted/],
    [['--operator-url', 'file:///robot'], /a URL of a server is wanted/],
    [['--operator-url', 'http://me:secret@robot.test/'], /no name and password may be in it/],
    [['--patience', '30'], /Expected a duration such as 300ms, 2s, 5m or 1h/],
  ])('%j is refused', (args, complaint) => {
    expect(() => parsed(...args)).toThrow(complaint);
  });
});
