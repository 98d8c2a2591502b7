/**
 * One case from beginning to end: raises a relying party, hands the browser our client with the case's authenticators,
 * runs the steps, looks at all parties and holds the `expect` block against what it saw.
 */
import type { Page } from 'playwright';
import { type DialogProfileId, dialogProfiles } from '#browser/dialog-profiles.ts';
import type { WebAuthnHandler } from '#browser/webauthn-handler.ts';
import { create } from '#client/create.ts';
import { get } from '#client/get.ts';
import { AdjustableClock, type Random } from '#protocol/seams.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import type { CaseRecord } from '#result/run-result.ts';
import { CaseRecorder } from './case-recorder.ts';
import { Ceremonies } from './ceremony.ts';
import { DialogPicture } from './dialog-picture.ts';
import type { ExpandedCase } from './expanded-case.ts';
import { evaluate } from './expect/evaluate.ts';
import { observe } from './expect/observe.ts';
import { unmet } from './failures.ts';
import type { Authenticators, ProvideAuthenticators } from './key-under-test.ts';
import { Organisation } from './organisation.ts';
import { policyOf } from './policy-mapping.ts';
import { runAllSteps, type ShowStep } from './run-steps.ts';
import { SecurityDialog } from './security-dialog.ts';
import { Site } from './site/site.ts';
import type { World } from './world.ts';

/** What the engine lends to a case. */
export interface Stage {
  page: Page;
  random: Random;
  provide: ProvideAuthenticators;
  /** Makes `handler` the WebAuthn client of the page's browser context. */
  handleWebAuthn(handler: WebAuthnHandler): Promise<void>;
  show: ShowStep;
  attach(name: string, contentType: string, body: Buffer): Promise<void>;
  /** People watch: the security dialog is drawn while it changes. */
  headed: boolean;
}

export interface CaseOutcome {
  record: CaseRecord;
  /** The first thing that went wrong; nothing for a case that passed. */
  error?: unknown;
  secrets: readonly string[];
}

/** Runs `scenario`; failures of any kind are in the outcome, never thrown. */
export async function runCase(scenario: ExpandedCase, stage: Stage): Promise<CaseOutcome> {
  const recorder = new CaseRecorder();
  const clock = new AdjustableClock();
  const authenticators = await stage.provide(scenario, {
    clock,
    random: stage.random,
    elapsedMs: () => recorder.timeline.elapsedMs(),
  });
  await using store = openStore();
  await using portal = await startPortal({
    store,
    policy: policyOf(scenario.relyingParty),
    clock,
    random: stage.random,
    timeline: recorder.timeline,
    trustAnchors: authenticators.trustAnchors,
    passwordCost: quickScrypt,
    events: (event) => recorder.events.push(event),
  });
  const organisation = await Organisation.found(
    { directory: portal.directory, relyingParty: portal.relyingParty, store, clock, random: stage.random },
    scenario.relyingParty.users ?? [{ methods: ['totp'] }],
  );
  const site = new Site(stage.page, portal.origin, recorder.timeline);
  const picture = new DialogPicture({ profile: dialogProfile(scenario), site, live: stage.headed });
  const dialog = new SecurityDialog({
    reviewed: scenario.steps.some(({ keyword }) => keyword === 'review'),
    observer: picture,
  });
  const ceremonies = new Ceremonies({
    onBegin: () => dialog.begin(),
    onEnd: ({ error, reason }) => {
      recorder.note('client', 'ceremony.ended', { error, ...(reason && { reason }) });
      dialog.end(error === 'none' ? 'it succeeded' : (reason ?? error));
    },
  });
  await stage.handleWebAuthn(
    webAuthnClient({ scenario, authenticators, ceremonies, dialog, clock, recorder, random: stage.random }),
  );
  const meanwhile: Promise<void>[] = [];
  const world: World = {
    clock,
    site,
    organisation,
    dialog,
    picture,
    ceremonies,
    key: authenticators.key,
    authenticators: authenticators.all,
    note: (event, detail) => recorder.note('user', event, detail),
    async screenshot(name) {
      await picture.draw();
      await stage.attach(name, 'image/png', await site.screenshot());
    },
    meanwhile: (work) => meanwhile.push(work),
  };
  const error = await failureOf(async () => {
    await runAllSteps(scenario, { world, recorder, show: stage.show });
    await Promise.all(meanwhile);
    await ceremonies.settled();
    await site.settle(ceremonies.last?.endedAt);
    recorder.expectations = evaluate(scenario.expect, await observe(world, authenticators.wire()));
    const failure = unmet(recorder.expectations);
    if (failure) throw failure;
  });
  const pictured = scenario.expect.some(({ path, expected }) => path === 'ui.screenshot' && expected === 'always');
  if (error !== undefined || pictured) await world.screenshot('page').catch(() => {});
  await site.leave();
  const record = recorder.record(scenario, partiesOf(scenario, authenticators), authenticators.wire());
  return { record, secrets: [...scenario.secrets, ...organisation.secrets], ...(error !== undefined && { error }) };
}

async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

interface ClientParts {
  scenario: ExpandedCase;
  authenticators: Authenticators;
  ceremonies: Ceremonies;
  dialog: SecurityDialog;
  clock: AdjustableClock;
  recorder: CaseRecorder;
  random: Random;
}

/** Our client behind the page's `navigator.credentials`. */
function webAuthnClient(parts: ClientParts): WebAuthnHandler {
  const { authenticators, ceremonies, dialog, clock, recorder, random } = parts;
  const context = {
    authenticators: authenticators.source,
    user: dialog,
    clock,
    random,
    timeline: recorder.timeline,
    policy: parts.scenario.client,
  };
  return {
    create: ({ publicKey, ...caller }, signal) =>
      ceremonies.follow(() =>
        create(publicKey as PublicKeyCredentialCreationOptionsJSON, { ...context, ...caller, signal }),
      ),
    get: ({ publicKey, ...caller }, signal) =>
      ceremonies.follow(() =>
        get(publicKey as PublicKeyCredentialRequestOptionsJSON, { ...context, ...caller, signal }),
      ),
    isUserVerifyingPlatformAuthenticatorAvailable: async () =>
      authenticators.all.some(({ kind, connected }) => kind === 'this-device' && connected),
  };
}

/** The loader has checked the name. */
const dialogProfile = ({ browser }: ExpandedCase) => (browser.dialog ?? 'windows-11') as DialogProfileId;

/** Who took part, for grouping in reports. */
function partiesOf(scenario: ExpandedCase, { key, all }: Authenticators): Record<string, string> {
  const platform = all.find(({ kind }) => kind === 'this-device');
  return {
    browser: scenario.browser.channel ?? 'chromium',
    key: key.facts.label,
    ...(platform && { device: platform.facts.label }),
    dialog: dialogProfiles[dialogProfile(scenario)].label,
    attestation: scenario.relyingParty.attestation ?? 'requested',
    ...scenario.coordinates,
  };
}
