/** Reports the start and the end of create() and get() in the pages, with a page script that passes all calls on unchanged. */
import type { BrowserContext, Page } from 'playwright';

export interface CeremonyEnd {
  /** DOMException name, or `none` for success. */
  error: string;
  message?: string;
  transports?: string[];
}

/** `loaded`: the page has a new document. (The browser's own event for that can arrive after the document's first script.) */
type Report = { phase: 'loaded' } | { phase: 'begin' } | ({ phase: 'end' } & CeremonyEnd);
const binding = 'touchstoneCeremony';

/** Calls `onBegin` for each ceremony with a promise of its end. A page that closes or navigates ends it with `AbortError`. */
export async function watchCeremonies(
  context: BrowserContext,
  onBegin: (ended: Promise<CeremonyEnd>) => void,
): Promise<void> {
  let resolveEnd: ((end: CeremonyEnd) => void) | undefined;
  const finish = (end: CeremonyEnd) => {
    resolveEnd?.(end);
    resolveEnd = undefined;
  };
  const abort = () => finish({ error: 'AbortError', message: 'The page was closed or navigated away' });
  const observe = (page: Page) => void page.on('close', abort);
  context.on('page', observe);
  for (const page of context.pages()) observe(page);
  await context.exposeBinding(binding, (_, report: Report) => {
    if (report.phase === 'end') return finish(report);
    abort();
    if (report.phase === 'loaded') return;
    onBegin(new Promise((resolve) => (resolveEnd = resolve)));
  });
  await context.addInitScript(reportCeremonies, binding);
}

/** Runs in the page. Has no inner named functions, since TypeScript loaders may wrap those in helpers. */
function reportCeremonies(bindingName: string): void {
  const report = (globalThis as unknown as Record<string, ((report: Report) => void) | undefined>)[bindingName];
  if (!report) return;
  if (window === window.top) report({ phase: 'loaded' });
  type Ceremony = (this: CredentialsContainer, options?: { publicKey?: unknown }) => Promise<unknown>;
  const container = CredentialsContainer.prototype as unknown as Record<'create' | 'get', Ceremony>;
  for (const ceremony of ['create', 'get'] as const) {
    const native = container[ceremony];
    container[ceremony] = function (options) {
      if (!options?.publicKey) return native.call(this, options);
      report({ phase: 'begin' });
      const result = native.call(this, options);
      result.then(
        (credential) => {
          const response = (credential as { response?: { getTransports?: () => string[] } } | null)?.response;
          report({ phase: 'end', error: 'none', transports: response?.getTransports?.() ?? [] });
        },
        (error: DOMException) => report({ phase: 'end', error: error.name, message: error.message }),
      );
      return result;
    };
  }
}
