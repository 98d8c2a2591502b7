/**
 * Sets the scene of one case: raises a relying party with its people, plugs the authenticators in, and puts the scenario's
 * person in front of the client's security dialog.
 */
import type { Page } from 'playwright';
import { AdjustableClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { policyOf } from '../language/policy-mapping.ts';
import type { CaseRecorder } from '../parties/case-recorder.ts';
import { Ceremonies } from '../parties/ceremonies.ts';
import type { CaseClient } from '../parties/client/case-client.ts';
import type { Authenticators, ProvideAuthenticators } from '../parties/key-under-test.ts';
import type { Operator } from '../parties/operator.ts';
import { Organisation } from '../parties/organisation.ts';
import { SecurityDialog } from '../parties/security-dialog.ts';
import { Site } from '../parties/site/site.ts';
import type { World } from '../steps/step-context.ts';
import { attended } from './recording-operator.ts';
import type { ShowStep } from './run-steps.ts';
import type { TimeLimits } from './time-limits.ts';

/** What the engine lends to a case. */
export interface Stage {
  page: Page;
  random: Random;
  provide: ProvideAuthenticators;
  /** The WebAuthn client of the page: ours, or the browser's own. */
  client: CaseClient;
  show: ShowStep;
  /** Whose hands are at real keys. */
  operator: Operator;
  /** Gives the case so much more time with the engine. */
  extend(ms: number): void;
  attach(name: string, contentType: string, body: Buffer): Promise<void>;
}

export interface Scene extends AsyncDisposable {
  world: World;
  authenticators: Authenticators;
  /** What steps left running beside the others. */
  meanwhile: Promise<void>[];
}

const defaultUsers = [{ methods: ['totp' as const] }];

/** What is kept of one case while it runs. */
export interface CaseBooks {
  recorder: CaseRecorder;
  limits: TimeLimits;
}

/** Disposing the scene leaves the site and stops its server. */
export async function setScene(scenario: ExpandedCase, stage: Stage, { recorder, limits }: CaseBooks): Promise<Scene> {
  const { random, extend } = stage;
  const clock = new AdjustableClock();
  const elapsedMs = () => recorder.timeline.elapsedMs();
  const operator = attended(stage.operator, { recorder, limits, extend });
  const authenticators = await stage.provide(scenario, { clock, random, elapsedMs, operator });
  const store = openStore();
  const portal = await startPortal({
    store,
    policy: policyOf(scenario.relyingParty),
    clock,
    random,
    timeline: recorder.timeline,
    trustAnchors: authenticators.trustAnchors,
    passwordCost: quickScrypt,
    events: (event) => recorder.events.push(event),
  });
  const { directory, relyingParty } = portal;
  const users = scenario.relyingParty.users ?? defaultUsers;
  const organisation = await Organisation.found({ directory, relyingParty, store, clock, random }, users);
  const site = new Site(stage.page, portal.origin, recorder.timeline);
  const { seat, world: person } = await seatPerson(scenario, stage, { authenticators, clock, recorder, site });
  const meanwhile: Promise<void>[] = [];
  return {
    authenticators,
    meanwhile,
    world: {
      clock,
      site,
      organisation,
      ...person,
      key: authenticators.key,
      authenticators: authenticators.all,
      note: (event, detail) => recorder.note('user', event, detail),
      async screenshot(name) {
        await stage.attach(name, 'image/png', await person.picture.screenshot());
      },
      meanwhile: (work) => meanwhile.push(work),
    },
    async [Symbol.asyncDispose]() {
      await seat[Symbol.asyncDispose]();
      await site.leave();
      await portal[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await authenticators[Symbol.asyncDispose]();
    },
  };
}

interface Surroundings {
  authenticators: Authenticators;
  clock: AdjustableClock;
  recorder: CaseRecorder;
  site: Site;
}

/** The person in front of the security dialog, and the client that asks. */
async function seatPerson(scenario: ExpandedCase, stage: Stage, { site, ...surroundings }: Surroundings) {
  const { client, random } = stage;
  const { recorder } = surroundings;
  const picture = client.picture(scenario, site);
  const reviewed = scenario.steps.some(({ keyword }) => keyword === 'review');
  const dialog = new SecurityDialog({ reviewed, observer: picture });
  const ceremonies = new Ceremonies({
    onBegin: () => dialog.begin(),
    onEnd: ({ error, reason }) => {
      recorder.note('client', 'ceremony.ended', { error, ...(reason && { reason }) });
      dialog.end(error === 'none' ? 'it succeeded' : (reason ?? error));
    },
  });
  const seat = await client.sit({ ...surroundings, scenario, ceremonies, dialog, random, attach: stage.attach });
  return { seat, world: { dialog, picture, ceremonies } };
}

/** Who took part, for grouping in reports. */
export function partiesOf(
  scenario: ExpandedCase,
  { key, all }: Authenticators,
  client: CaseClient,
): Record<string, string> {
  const platform = all.find(({ kind }) => kind === 'this-device');
  return {
    browser: scenario.browser.channel ?? 'chromium',
    key: key.facts.label,
    ...(platform && { device: platform.facts.label }),
    dialog: client.dialogLabel(scenario),
    attestation: scenario.relyingParty.attestation ?? 'requested',
    ...(scenario.authenticator.device && { 'authenticator.device': scenario.authenticator.device }),
    ...scenario.coordinates,
  };
}
