/** Draws a `DialogView` as a tree of elements and a style sheet. The icons are drawn for this project. */
import { type DialogLook, dialogProfiles } from './dialog-profiles.ts';
import type { DialogIcon, DialogView } from './dialog-view.ts';
import { type Drawing, type DrawnElement, fullWindowCss } from './overlay.ts';

/** SVG paths on a 24 by 24 grid. */
const iconPaths: Record<DialogIcon, readonly string[]> = {
  key: ['M8 3h8v11a4 4 0 0 1-8 0z', 'M10 3V1h4v2', 'M12 15.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z', 'M12 18v5'],
  touch: [
    'M6 2h8v9a4 4 0 0 1-8 0z',
    'M10 9.5a1 1 0 1 0 0-2 1 1 0 0 0 0 2z',
    'M13 22l-2.6-4.2a1.5 1.5 0 0 1 2.5-1.7l1.6 1.9v-6a1.4 1.4 0 0 1 2.8 0v3.5l2.6.6a2 2 0 0 1 1.5 2.3L20.7 22',
  ],
  fingerprint: [
    'M5 12a7 7 0 0 1 14 0v2',
    'M8 19c-.6-2-.9-4.4-.9-7a4.9 4.9 0 0 1 9.8 0c0 3-.1 5.2-.7 7.5',
    'M11 21.5c-.8-3-1.1-6-1.1-9.5a2.1 2.1 0 0 1 4.2 0c0 3.8-.1 6.7-.7 9.5',
  ],
  pin: ['M6 11h12v10H6z', 'M8.5 11V7.5a3.5 3.5 0 0 1 7 0V11', 'M9.5 16h.01', 'M12 16h.01', 'M14.5 16h.01'],
  device: ['M5 5h14v10H5z', 'M2.5 18.5h19'],
  phone: ['M7.5 2.5h9v19h-9z', 'M11 18.5h2'],
  user: ['M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z', 'M4.5 20.5c.8-3.8 3.8-5.5 7.5-5.5s6.7 1.7 7.5 5.5'],
  stop: ['M12 3l9.5 17h-19z', 'M12 9.5v5', 'M12 17.5h.01'],
};

/** Returns the drawing of the dialog. */
export const drawDialog = (view: DialogView): Drawing => ({
  css: styleSheet(dialogProfiles[view.profile].look),
  root: {
    tag: 'div',
    class: `backdrop ${view.kind}`,
    children: [{ tag: 'div', class: 'dialog', children: [drawBody(view), drawFooter(view)] }],
  },
});

function drawBody({ caption, icon, title, text, choices, link, fields, problem }: DialogView): DrawnElement {
  return {
    tag: 'div',
    class: 'body',
    children: [
      ...(caption === undefined ? [] : [drawText('caption', caption)]),
      { tag: 'div', class: 'hero', children: [drawIcon(icon)] },
      drawText('title', title),
      ...(text === '' ? [] : [drawText('text', text)]),
      ...choices.map(drawChoice),
      ...(link === undefined ? [] : [drawText('link', link)]),
      ...fields.map(drawField),
      ...(problem === undefined ? [] : [drawText('problem', problem)]),
    ],
  };
}

const drawText = (name: string, text: string): DrawnElement => ({ tag: 'div', class: name, text });

const drawIcon = (icon: DialogIcon): DrawnElement => ({
  tag: 'svg',
  attributes: { viewBox: '0 0 24 24' },
  children: iconPaths[icon].map((d) => ({ tag: 'path', attributes: { d } })),
});

const drawChoice = ({ label, icon, selected }: DialogView['choices'][number]): DrawnElement => ({
  tag: 'div',
  class: selected ? 'choice selected' : 'choice',
  children: [drawIcon(icon), drawText('label', label)],
});

const drawField = (label: string, index: number): DrawnElement => ({
  tag: 'div',
  class: index === 0 ? 'field focused' : 'field',
  text: label,
});

const drawFooter = ({ buttons }: DialogView): DrawnElement => ({
  tag: 'div',
  class: 'footer',
  children: buttons.map(({ label, primary }) => drawText(primary ? 'button primary' : 'button', label)),
});

const positionStyles: Record<DialogLook['position'], string> = {
  centre: 'place-items: center;',
  top: 'place-items: start center; padding-top: 56px;',
  'top-left': 'place-items: start; padding: 12px;',
  bottom: 'place-items: end center;',
};

const buttonRowStyles: Record<DialogLook['buttons'], string> = {
  spread: 'display: grid; grid-template-columns: 1fr 1fr;',
  right: 'display: flex; flex-direction: row-reverse; justify-content: flex-start;',
  stacked: 'display: grid;',
};

function styleSheet(look: DialogLook): string {
  const isBottomSheet = look.position === 'bottom';
  return `${fullWindowCss}
.backdrop { position: absolute; inset: 0; display: grid; ${positionStyles[look.position]} background: rgb(0 0 0 / ${look.dim});
  font: 14px/1.45 ${look.font}; color: ${look.text}; -webkit-font-smoothing: antialiased; }
.dialog { width: min(${look.widthPx}px, 100vw); overflow: hidden; background: ${look.surface};
  border: 1px solid ${look.border}; border-radius: ${look.radiusPx}px; ${isBottomSheet ? 'border-bottom-left-radius: 0; border-bottom-right-radius: 0;' : ''}
  box-shadow: 0 24px 64px rgb(0 0 0 / 0.24), 0 2px 10px rgb(0 0 0 / 0.12); }
.body { display: grid; gap: 10px; padding: 22px 24px 20px; }
.caption { font-size: 12px; color: ${look.muted}; margin-bottom: 2px; }
.hero { display: grid; place-items: center; width: 56px; height: 56px; border-radius: 50%; margin-bottom: 2px;
  color: ${look.accent}; background: color-mix(in srgb, ${look.accent} 11%, transparent); }
.ended .hero { color: ${look.problem}; background: color-mix(in srgb, ${look.problem} 10%, transparent); }
.presence .hero { box-shadow: 0 0 0 8px color-mix(in srgb, ${look.accent} 6%, transparent); margin: 8px 0 10px 8px; }
svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.title { font-size: 20px; line-height: 1.3; font-weight: 600; overflow-wrap: anywhere; }
.text { color: ${look.muted}; overflow-wrap: anywhere; }
.choice { display: flex; align-items: center; gap: 14px; padding: 10px 14px; border: 1px solid ${look.border};
  border-radius: ${Math.min(look.radiusPx, 12)}px; }
.choice svg { width: 22px; height: 22px; color: ${look.muted}; flex: none; }
.choice.selected { border-color: ${look.accent}; box-shadow: inset 0 0 0 1px ${look.accent};
  background: color-mix(in srgb, ${look.accent} 7%, transparent); }
.choice.selected svg { color: ${look.accent}; }
.field { padding: 9px 12px; color: ${look.muted}; background: #ffffff; border: 1px solid ${look.border}; border-radius: ${look.buttonRadiusPx > 12 ? 8 : look.buttonRadiusPx}px; }
.field.focused { box-shadow: inset 0 -2px 0 ${look.accent}; }
.link { color: ${look.accent}; padding: 2px 0; }
.problem { color: ${look.problem}; font-size: 13px; }
.footer { ${buttonRowStyles[look.buttons]} gap: 8px; padding: 16px 24px 20px; background: ${look.footer};
  ${look.footer === look.surface ? 'padding-top: 4px;' : `border-top: 1px solid ${look.border};`} }
.button { padding: 7px 16px; text-align: center; border: 1px solid ${look.border}; border-radius: ${look.buttonRadiusPx}px;
  background: color-mix(in srgb, ${look.surface} 80%, #ffffff); ${look.buttons === 'stacked' ? 'padding: 12px; font-size: 16px;' : ''} }
${look.buttons === 'spread' ? '.button:only-child { grid-column: 2; }' : ''}
.button.primary { background: ${look.accent}; border-color: ${look.accent}; color: ${look.onAccent}; }
`;
}
