/** Formats keys as a list for the terminal. Control characters in texts from a key are replaced, so they cannot move the cursor. */
import pc from 'picocolors';
import type { KeyDescription, KeyPin } from './describe-key.ts';

export const renderKeys = (keys: readonly KeyDescription[]): string =>
  keys.length === 0
    ? pc.dim('No security key is plugged in. Name keys behind sockets by address: touchstone keys udp:127.0.0.1:8111')
    : keys.map(renderKey).join('\n\n');

function renderKey(key: KeyDescription): string {
  const { usable, obstacle, model, product, manufacturer } = key;
  const mark = usable ? pc.green('●') : pc.red('○');
  const name = toPrintable(model ?? product);
  const otherNames = [manufacturer, model && product].flatMap((text) =>
    text && text !== name ? [toPrintable(text)] : [],
  );
  const head = `${mark} ${pc.bold(name)}${otherNames.length > 0 ? pc.dim(`  ${otherNames.join(' · ')}`) : ''}`;
  const rows: [string, string | undefined][] = [
    ['id', key.id],
    ['serial', key.serial !== key.id ? key.serial : undefined],
    ['addresses', key.addresses.join('  ')],
    ['AAGUID', key.aaguid],
    ['firmware', key.firmware],
    ['versions', key.versions?.join(' ')],
    ['PIN', key.pin && pinText(key.pin)],
    ['options', key.options && optionsText(key.options)],
    ['extensions', key.extensions?.join(' ')],
    ['transports', key.transports?.join(' ')],
    ['cannot be used', obstacle && pc.red(toPrintable(obstacle.why))],
    ['what to do', obstacle && pc.yellow(toPrintable(obstacle.remedy))],
  ];
  const lines = rows.flatMap(([label, text]) => (text ? [`    ${pc.dim(label.padEnd(14))} ${text}`] : []));
  return [head, ...lines].join('\n');
}

function pinText({ state, retries, needsPowerCycle }: KeyPin): string {
  const left = retries === undefined ? '' : `, ${retries} retries left`;
  const colour = state === 'blocked' ? pc.red : retries !== undefined && retries <= 3 ? pc.yellow : String;
  return colour(`${state}${left}${needsPowerCycle ? ', plug it in again first' : ''}`);
}

const optionsText = (options: Record<string, boolean>): string =>
  Object.entries(options)
    .map(([name, value]) => (value ? toPrintable(name) : pc.dim(`${toPrintable(name)}:no`)))
    .join(' ');

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach the terminal
const toPrintable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
