/** The option for further report formats. */
import { InvalidArgumentError, Option } from 'commander';
import { type FormatId, formats } from '#report/renderer.ts';

export const formatOption = (): Option =>
  new Option('--format <format>', `Write this format, too: ${Object.keys(formats).join(', ')}; repeatable`)
    .argParser(collectFormats)
    .default([]);

function collectFormats(text: string, previous: readonly FormatId[]): FormatId[] {
  if (!Object.hasOwn(formats, text))
    throw new InvalidArgumentError(`Expected one of ${Object.keys(formats).join(', ')}.`);
  return [...previous, text as FormatId];
}
