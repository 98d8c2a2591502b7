/** Begin and end of the pages' own create() and get(), told by a script in the page that passes everything on unchanged. */
import type { BrowserContext, Page } from 'playwright';

export interface CeremonyEnd {
  /** DOMException name, or `none`. */
  error: string;
  message?: string;
  transports?: string[];
}

/** `loaded`: another document stands in the page. The browser's own event for that can come after the document's first words. */
type Report = { phase: 'loaded' } | { phase: 'begin' } | ({ phase: 'end' } & CeremonyEnd);
const binding = 'touchstoneCeremony';

/** Calls `onBegin` for each ceremony with a promise of its end. A page that goes away ends it with `AbortError`. */
export async function watchCeremonies(
  context: BrowserContext,
  onBegin: (ended: Promise<CeremonyEnd>) => void,
): Promise<void> {
  let end: ((how: CeremonyEnd) => void) | undefined;
  const finish = (how: CeremonyEnd) => {
    end?.(how);
    end = undefined;
  };
  const gone = () => finish({ error: 'AbortError', message: 'the page went away' });
  const follow = (page: Page) => void page.on('close', gone);
  context.on('page', follow);
  for (const page of context.pages()) follow(page);
  await context.exposeBinding(binding, (_, report: Report) => {
    if (report.phase === 'end') return finish(report);
    gone();
    if (report.phase === 'loaded') return;
    onBegin(new Promise((resolve) => (end = resolve)));
  });
  await context.addInitScript(reportCeremonies, binding);
}

/** Runs in the page. */
function reportCeremonies(name: string): void {
  const report = (globalThis as unknown as Record<string, (report: Report) => void>)[name]!;
  if (window === window.top) report({ phase: 'loaded' });
  type Ceremony = (this: CredentialsContainer, options?: { publicKey?: unknown }) => Promise<unknown>;
  const container = CredentialsContainer.prototype as unknown as Record<'create' | 'get', Ceremony>;
  for (const ceremony of ['create', 'get'] as const) {
    const native = container[ceremony];
    container[ceremony] = function (options) {
      if (!options?.publicKey) return native.call(this, options);
      report({ phase: 'begin' });
      const credential = native.call(this, options);
      credential.then(
        (made) => {
          const response = (made as { response?: { getTransports?: () => string[] } } | null)?.response;
          report({ phase: 'end', error: 'none', transports: response?.getTransports?.() ?? [] });
        },
        (error: DOMException) => report({ phase: 'end', error: error.name, message: error.message }),
      );
      return credential;
    };
  }
}
