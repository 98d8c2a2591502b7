/** `touchstone conform`: tests whether a party conforms to its specifications, requirement by requirement. */
import { Command } from 'commander';
import { conformAuthenticatorCommand } from './conform-authenticator.ts';
import { conformRelyingPartyCommand } from './conform-relying-party.ts';

export const conformCommand = (finish: (code: number) => void) =>
  new Command('conform').addCommand(conformAuthenticatorCommand(finish)).addCommand(conformRelyingPartyCommand(finish));
