/** Draws the autofill list of a form field, as browsers show passkeys in it: below the field, one row for each account. */
import type { AutofillPrompt } from '#client/user-interaction.ts';
import { type Drawing, type DrawnElement, fullWindowCss } from './overlay.ts';

/** Place of the form field in the window, in CSS pixels. */
export interface FieldBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** SVG paths on a 24 by 24 grid. */
const passkey = [
  'M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  'M3 20c.6-3.6 3.4-5.2 7-5.2',
  'M17 11a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  'M17 16v6l2-2',
];
const otherDevice = ['M7.5 2.5h9v19h-9z', 'M11 18.5h2'];

export const drawAutofillList = ({ accounts }: Pick<AutofillPrompt, 'accounts'>, field: FieldBox): Drawing => ({
  css: styleSheet(field),
  root: {
    tag: 'div',
    class: 'list',
    children: [
      ...accounts.map(({ name }) => drawRow(passkey, name, 'Passkey')),
      drawRow(otherDevice, 'Use a passkey from another device'),
    ],
  },
});

const drawRow = (paths: readonly string[], text: string, kind?: string): DrawnElement => ({
  tag: 'div',
  class: 'row',
  children: [
    {
      tag: 'svg',
      attributes: { viewBox: '0 0 24 24' },
      children: paths.map((d) => ({ tag: 'path', attributes: { d } })),
    },
    {
      tag: 'div',
      class: 'texts',
      children: [
        { tag: 'div', class: 'text', text },
        ...(kind === undefined ? [] : [{ tag: 'div', class: 'kind', text: kind }]),
      ],
    },
  ],
});

const styleSheet = ({ x, y, width, height }: FieldBox): string => `${fullWindowCss}
.list { position: absolute; left: ${x}px; top: ${y + height + 4}px; width: ${Math.max(width, 280)}px; padding: 6px 0;
  border-radius: 8px; color: #1f2937; background: #ffffff; border: 1px solid rgb(0 0 0 / 0.12);
  box-shadow: 0 6px 20px rgb(0 0 0 / 0.25); font: 14px/1.3 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
.row { display: flex; align-items: center; gap: 12px; padding: 8px 14px; }
.row:first-child { background: #eef2f7; }
.texts { min-width: 0; }
.text { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.kind { font-size: 12px; color: #6b7280; }
svg { flex: none; width: 20px; height: 20px; fill: none; stroke: #4b5563; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
`;
