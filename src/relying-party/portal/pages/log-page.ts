/** The administrator's page with the event log. */
import { html } from 'hono/html';
import { type EventCode, eventCodes } from '../../events.ts';
import type { EventRecord } from '../../store/store.ts';
import { type Html, nothing, timeText } from '../html.ts';
import { adminLayout } from './admin-layout.ts';

/** Shows the newest event first. */
export const logPage = (events: readonly EventRecord[]): Html =>
  adminLayout(
    'log',
    html`<div class="scroll" tabindex="0" role="region" aria-label="Event log"><table class="log">
      <thead><tr><th scope="col">Time</th><th scope="col">Event</th><th scope="col">User</th><th scope="col">Detail</th></tr></thead>
      <tbody>${events.toReversed().map(
        ({ at, event, detail: { user, ...detail } }) => html`<tr>
          <td>${timeText(at)}</td><td><code>${event}</code><br><span class="event-label">${eventCodes[event as EventCode] ?? nothing}</span></td><td>${user ?? '–'}</td>
          <td>${Object.entries(detail)
            .filter(([, value]) => value !== '')
            .map(([name, value]) => html`<span class="fact">${name} <code>${String(value)}</code></span> `)}</td>
        </tr>`,
      )}</tbody>
    </table></div>`,
  );
