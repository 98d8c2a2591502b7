/**
 * Draws the prompt for a manual action at a real key, e.g. "Touch the key": a card in the corner of the window, narrow enough
 * not to cover a security dialog in a window of usual width.
 */
import { type Drawing, type DrawnElement, fullWindowCss } from './overlay.ts';

export interface PromptView {
  action: 'touch' | 'keep-away' | 'unplug' | 'plug-in' | 'power-cycle';
  /** The instruction, e.g. `Touch the blinking key`. */
  what: string;
  /** The key, e.g. `YubiKey 5 NFC (serial 5234567)`. */
  which: string;
  /** Time limit of the action; undefined when there is nothing to do. */
  timeoutMs?: number;
}

/** The countdown is highlighted for this long before the time is over. */
const urgentMs = 10_000;

/** SVG paths on a 24 by 24 grid. */
const keyUpright = ['M9 2h6v5', 'M9 7V2', 'M7.5 7h9v9a4.5 4.5 0 0 1-9 0z'];
const finger = 'M12 11.2a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z';
const pictures: Record<PromptView['action'], readonly string[]> = {
  touch: [...keyUpright, finger, 'M3.5 9.5a10 10 0 0 0 0 7', 'M20.5 9.5a10 10 0 0 1 0 7'],
  'keep-away': [...keyUpright, 'M3 3l18 18'],
  unplug: ['M9 6h6v4', 'M9 10V6', 'M7.5 10h9v6.5a4.5 4.5 0 0 1-9 0z', 'M4 2h16', 'M20.5 18V9', 'M18.5 16l2 2 2-2'],
  'plug-in': ['M9 6h6v4', 'M9 10V6', 'M7.5 10h9v6.5a4.5 4.5 0 0 1-9 0z', 'M4 2h16', 'M20.5 18V9', 'M18.5 11l2-2 2 2'],
  'power-cycle': [
    'M9 6h6v4',
    'M9 10V6',
    'M7.5 10h9v6.5a4.5 4.5 0 0 1-9 0z',
    'M4 2h16',
    'M20.5 18V9',
    'M18.5 11l2-2 2 2',
    'M3.5 18V9',
    'M1.5 16l2 2 2-2',
  ],
};

/** Returns the drawing `elapsedMs` after the prompt appeared. Only the first drawing has the entry animation. */
export const drawPrompt = (view: PromptView, elapsedMs: number): Drawing => ({
  css: styleSheet(view, elapsedMs),
  root: {
    tag: 'div',
    class: `card ${view.action === 'keep-away' ? 'calm' : 'active'}${elapsedMs < 1000 ? ' appearing' : ''}`,
    children: [
      { tag: 'div', class: 'disc', children: [drawRing(view), drawPicture(view)] },
      {
        tag: 'div',
        class: 'texts',
        children: [
          { tag: 'div', class: 'what', text: view.what },
          { tag: 'div', class: 'which', text: view.which },
        ],
      },
      ...drawCountdown(view, elapsedMs),
    ],
  },
});

const drawPicture = ({ action }: PromptView): DrawnElement => ({
  tag: 'svg',
  class: 'picture',
  attributes: { viewBox: '0 0 24 24' },
  children: pictures[action].map((d) => ({ tag: 'path', attributes: { d } })),
});

/** A ring that empties as the time runs out. */
const drawRing = ({ timeoutMs }: PromptView): DrawnElement => ({
  tag: 'svg',
  class: 'ring',
  attributes: { viewBox: '0 0 64 64' },
  children: ['track', ...(timeoutMs === undefined ? [] : ['left'])].map((name) => ({
    tag: 'path',
    class: name,
    attributes: { d: 'M32 3a29 29 0 1 1 0 58 29 29 0 1 1 0-58', pathLength: '100' },
  })),
});

const drawCountdown = ({ timeoutMs }: PromptView, elapsedMs: number): DrawnElement[] =>
  timeoutMs === undefined
    ? []
    : [
        {
          tag: 'div',
          class: timeoutMs - elapsedMs <= urgentMs ? 'time urgent' : 'time',
          children: [
            { tag: 'div', class: 'seconds', text: String(Math.max(0, Math.ceil((timeoutMs - elapsedMs) / 1000))) },
            { tag: 'div', class: 'unit', text: 's' },
          ],
        },
      ];

/** Returns the share of the time that has passed, in percent. */
const elapsedShare = (ms: number, timeoutMs: number): string => Math.min(100, (100 * ms) / timeoutMs).toFixed(2);

function styleSheet({ timeoutMs }: PromptView, elapsedMs: number): string {
  const [from, to] =
    timeoutMs === undefined ? [0, 0] : [elapsedMs, elapsedMs + 1000].map((ms) => elapsedShare(ms, timeoutMs));
  return `${fullWindowCss}
.card { position: absolute; right: 24px; bottom: 24px; display: flex; align-items: center; gap: 12px;
  max-width: min(384px, calc(100vw - 48px)); padding: 14px 20px 14px 14px; border-radius: 20px;
  color: #f8fafc; background: #10182b; border: 1px solid rgb(255 255 255 / 0.14);
  box-shadow: 0 24px 60px rgb(3 7 18 / 0.45), 0 4px 14px rgb(3 7 18 / 0.3);
  font: 14px/1.35 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; -webkit-font-smoothing: antialiased;
  --accent: #fbbf24; }
.calm { --accent: #93c5fd; }
.disc { position: relative; flex: none; width: 56px; height: 56px; display: grid; place-items: center; border-radius: 50%;
  background: color-mix(in srgb, var(--accent) 14%, transparent); }
svg { fill: none; stroke: currentColor; stroke-linecap: round; stroke-linejoin: round; }
.picture { width: 30px; height: 30px; color: var(--accent); stroke-width: 1.5; }
.ring { position: absolute; inset: 0; stroke-width: 3; }
.track { stroke: rgb(255 255 255 / 0.12); }
.left { stroke: var(--accent); stroke-dasharray: 100; stroke-dashoffset: ${from}; animation: empty 1s linear forwards; }
.texts { min-width: 0; }
.what { font-size: 16px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
.which { margin-top: 3px; font-size: 13px; color: #a9b4c8; overflow-wrap: anywhere; }
.time { display: flex; align-items: baseline; gap: 3px; margin-left: auto; padding-left: 4px; font-variant-numeric: tabular-nums; }
.seconds { min-width: 2ch; text-align: right; font-size: 28px; line-height: 1; font-weight: 600; }
.unit { color: #a9b4c8; }
.urgent .seconds { color: #fb7185; }
.active .picture { animation: nudge 1s ease-in-out; }
.appearing { animation: appear 0.28s cubic-bezier(0.2, 0.9, 0.3, 1.1); }
@keyframes empty { to { stroke-dashoffset: ${to}; } }
@keyframes nudge { 0%, 100% { transform: none; } 50% { transform: scale(1.1); } }
@keyframes appear { from { opacity: 0; transform: translateY(28px); } }
@media (prefers-reduced-motion: reduce) { .card, .card * { animation: none; } }
`;
}
