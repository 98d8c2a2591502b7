/** Keys as a list for people. Everything a key says is shown without what would move the cursor. */
import pc from 'picocolors';
import type { KeyDescription, KeyPin } from './describe-key.ts';

export const renderKeys = (keys: readonly KeyDescription[]): string =>
  keys.length === 0
    ? pc.dim('no security key is plugged in (keys behind sockets are named: touchstone keys udp:127.0.0.1:8111)')
    : keys.map(renderKey).join('\n\n');

function renderKey(key: KeyDescription): string {
  const { usable, obstacle, model, product, manufacturer } = key;
  const mark = usable ? pc.green('●') : pc.red('○');
  const name = shown(model ?? product);
  const also = [manufacturer, model && product].filter((text) => text && text !== name).map((text) => shown(text!));
  const head = `${mark} ${pc.bold(name)}${also.length > 0 ? pc.dim(`  ${also.join(' · ')}`) : ''}`;
  const rows: [string, string | undefined][] = [
    ['id', key.id],
    ['serial', key.serial !== key.id ? key.serial : undefined],
    ['reached by', key.addresses.join('  ')],
    ['AAGUID', key.aaguid],
    ['firmware', key.firmware],
    ['versions', key.versions?.join(' ')],
    ['PIN', key.pin && pinText(key.pin)],
    ['options', key.options && optionsText(key.options)],
    ['extensions', key.extensions?.join(' ')],
    ['transports', key.transports?.join(' ')],
    ['cannot be used', obstacle && pc.red(shown(obstacle.why))],
    ['what to do', obstacle && pc.yellow(shown(obstacle.remedy))],
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
    .map(([name, value]) => (value ? shown(name) : pc.dim(`${shown(name)}:no`)))
    .join(' ');

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
const shown = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
