/** Observes the browser of a case: how its ceremonies ended, what the page signalled, and the capabilities of its client. */
import type { SignalMethod } from '#client/signals.ts';
import type { ReceivedSignal, SignalLog } from '../parties/signal-log.ts';
import type { CaseContext } from '../steps/step-context.ts';
import type { ExpectedLine } from './evaluate.ts';
import { type Observation, type ObservedSignal, Unobservable } from './observation.ts';

type ObservedBrowser = Observation['browser'];

export async function observeBrowser(context: CaseContext, lines: readonly ExpectedLine[]): Promise<ObservedBrowser> {
  const { last } = context.ceremonies;
  const expectsCapabilities = lines.some(({ path }) => path.startsWith('browser.capabilities.'));
  return {
    error: last?.error ?? 'none',
    within: last?.durationMs ?? null,
    transports: last?.transports ?? null,
    'conditional-get': await observeConditionalGet(context, lines),
    signals: await observeSignals(context, lines),
    capabilities: expectsCapabilities ? await readCapabilities(context) : {},
  };
}

const notReached = new Unobservable('Conditional requests and signals do not reach the client on this route');

async function observeConditionalGet(
  { conditionalGet }: CaseContext,
  lines: readonly ExpectedLine[],
): Promise<ObservedBrowser['conditional-get']> {
  if (!conditionalGet) return notReached;
  const expected = lines.find(({ path }) => path === 'browser.conditional-get.state')?.expected;
  if (typeof expected === 'string') await conditionalGet.whenState(expected);
  const { state, accounts, problem } = conditionalGet;
  return { state, accounts: accounts ?? null, problem };
}

const methods = ['signalUnknownCredential', 'signalAllAcceptedCredentials', 'signalCurrentUserDetails'] as const;

async function observeSignals(
  { signals }: CaseContext,
  lines: readonly ExpectedLine[],
): Promise<ObservedBrowser['signals']> {
  if (!signals) return notReached;
  const observed = {} as Record<SignalMethod, ObservedSignal>;
  for (const method of methods) {
    await waitForCalls(signals, method, lines);
    observed[method] = summarize(signals.of(method));
  }
  return observed;
}

/** Waits for a method that the case expects to be called. */
async function waitForCalls(signals: SignalLog, method: SignalMethod, lines: readonly ExpectedLine[]): Promise<void> {
  const expected = lines.filter(({ path }) => path.startsWith(`browser.signals.${method}.`));
  if (expected.length === 0) return;
  const times = expected.find(({ path }) => path.endsWith('.times'))?.expected;
  await signals.whenCalled(method, typeof times === 'number' ? times : 1);
}

function summarize(received: readonly ReceivedSignal[]): ObservedSignal {
  const last = received.at(-1);
  const sum = (kind: keyof ReceivedSignal['effect']) => received.reduce((total, { effect }) => total + effect[kind], 0);
  const signal = last?.signal;
  return {
    times: received.length,
    error: last?.error ?? 'none',
    removed: sum('removed'),
    hidden: sum('hidden'),
    restored: sum('restored'),
    renamed: sum('renamed'),
    credentials: signal?.method === 'signalAllAcceptedCredentials' ? signal.allAcceptedCredentialIds.length : null,
    name: signal?.method === 'signalCurrentUserDetails' ? signal.name : null,
    'display-name': signal?.method === 'signalCurrentUserDetails' ? signal.displayName : null,
  };
}

/** Returns what the page gets from getClientCapabilities(). */
async function readCapabilities({ site }: CaseContext): Promise<ObservedBrowser['capabilities']> {
  const page = await site.page();
  const found = await page.evaluate(async () => {
    const { PublicKeyCredential: credential } = globalThis as unknown as {
      PublicKeyCredential?: { getClientCapabilities?(): Promise<Record<string, boolean>> };
    };
    return credential?.getClientCapabilities?.();
  });
  return found ?? new Unobservable('The browser has no getClientCapabilities()');
}
