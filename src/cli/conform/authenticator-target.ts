/** The options of `touchstone conform authenticator` that choose what is tested, and opening it. */
import { type Command, Option } from 'commander';
import { UsageError } from '#base/errors.ts';
import type { ConnectedAuthenticator } from '#conformance/authenticator/connected/connected-authenticator.ts';
import { parseStatement } from '#conformance/authenticator/metadata/statement.ts';
import { withMetadata } from '#conformance/authenticator/metadata/with-metadata.ts';
import type { EmulateCounting } from '#conformance/authenticator/plan/effort.ts';
import { planRun } from '#conformance/authenticator/plan/plan.ts';
import type { Requirement } from '#conformance/authenticator/requirement.ts';
import type { SuiteOptions } from '#conformance/authenticator/run-suite.ts';
import type { TestTargetSource } from '#conformance/authenticator/test-target.ts';
import { findKey } from '#real-keys/find-key.ts';
import { createOperator } from '#real-keys/operator/operators.ts';
import type { PlannedKey } from '#real-keys/resolve-devices.ts';
import { defaultPinRetriesFloor } from '#transport/guarded-device.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { collect } from '../commands/option-parsers.ts';
import { connectKey } from '../compose/connected-key.ts';
import { connectPersona } from '../compose/connected-persona.ts';
import { emulatedTargets } from '../compose/emulated-test-target.ts';
import { modelNameOf } from '../compose/emulator-catalogue.ts';
import { type PersonaConnection, personaConnections } from '../compose/persona-links.ts';
import { connectSelfTouchingDevice } from '../compose/self-touching-device.ts';
import { type OperatorOptions, operatorChoice, withOperatorOptions } from '../run/operator-options.ts';
import { readText } from '../run/read-text.ts';
import type { BundledInput } from './report-options.ts';

export interface TargetOptions extends OperatorOptions {
  persona: string;
  defect: string[];
  over?: PersonaConnection;
  device?: string;
  destroyCredentials: string[];
  touchesItself: boolean;
  metadata?: string;
}

export const withTargetOptions = (command: Command): Command =>
  withOperatorOptions(
    command
      .option('--persona <id>', 'Test an emulated authenticator of this model', 'touchstone-complete')
      .option('--defect <id>', 'Add a defect to the emulated authenticator (repeatable)', collect, [])
      .addOption(
        new Option('--over <transport>', 'Test one emulated authenticator over this transport').choices(
          personaConnections,
        ),
      )
      .option(
        '--device <which>',
        'Test a real key or the device at an address: any, udp:HOST:PORT, tcp:, vpcd:, pcsc:READER, remote:, an AAGUID, or an id from touchstone keys',
      )
      .option(
        '--metadata <file>',
        'Check this metadata statement of the vendor, a JSON file, against the authenticator',
      )
      .option('--destroy-credentials <id>', 'Permit the run to erase and reset this key (repeatable)', collect, [])
      .option('--touches-itself', 'The device confirms every touch itself, as emulators of other projects do', false),
  );

/** What a run tests. */
export interface OpenedTarget extends AsyncDisposable {
  source: TestTargetSource;
  order?: SuiteOptions['order'];
  bundled: BundledInput['target'];
}

/**
 * Opens what the options choose.
 * @throws {UsageError} for unknown names, or if the owner of the key has not permitted the run; {UnavailableError} or {TransportError} if
 * the device cannot be used.
 */
export async function openTarget(requirements: readonly Requirement[], options: TargetOptions): Promise<OpenedTarget> {
  const { metadata: file } = options;
  if (file === undefined) return openAuthenticator(requirements, options);
  const metadata = parseStatement(readText(file), file);
  const { source, bundled, ...opened } = await openAuthenticator(requirements, options);
  return {
    ...opened,
    source: withMetadata(source, metadata),
    bundled: bundled.kind === 'persona' ? { ...bundled, metadata } : bundled,
  };
}

async function openAuthenticator(requirements: readonly Requirement[], options: TargetOptions): Promise<OpenedTarget> {
  const { persona, defect: defects, over, device } = options;
  if (device === undefined && over === undefined)
    return {
      source: emulatedTargets(persona, defects),
      bundled: { kind: 'persona', persona, defects },
      [Symbol.asyncDispose]: async () => undefined,
    };
  const authenticator =
    device === undefined
      ? await connectPersona({ persona, defects, over: over ?? 'in-process' })
      : await connect(device, options);
  const plan = await planRun(requirements, emulatePersona(device === undefined ? persona : undefined));
  return {
    source: plan.targets(authenticator),
    order: plan.order,
    bundled: { kind: 'other' },
    [Symbol.asyncDispose]: () => authenticator[Symbol.asyncDispose](),
  };
}

/** Emulated authenticators of the model that a requirement needs, otherwise of this one. */
export const emulatePersona =
  (persona = 'touchstone-complete'): EmulateCounting =>
  (needed) =>
    connectPersona({ persona: needed ?? persona });

async function connect(device: string, options: TargetOptions): Promise<ConnectedAuthenticator> {
  const facts = await findKey(device, await listDevices(), { open: openDevice, modelName: modelNameOf });
  requirePermission(facts, options.destroyCredentials);
  const policy = { destroyCredentials: true, pinRetriesFloor: defaultPinRetriesFloor, mayBlockPin: true };
  const key: PlannedKey = { ...facts, policy };
  if (options.touchesItself) return await connectSelfTouchingDevice(key);
  const operator = createOperator(operatorChoice(options));
  return await connectKey({ key, operator, gestureTimeoutMs: options.gestureTimeout, listDevices, open: openDevice });
}

/** @throws {UsageError} if the option does not name exactly this key. */
function requirePermission({ id, label }: Pick<PlannedKey, 'id' | 'label'>, permitted: readonly string[]): void {
  const other = permitted.find((named) => named !== id);
  if (other !== undefined)
    throw new UsageError(`--destroy-credentials ${other} does not name the key of this run, which is ${label} (${id})`);
  if (permitted.length === 0)
    throw new UsageError(
      `Refused to test ${label} (${id}): the run resets it, which erases its credentials, its PIN and its settings. The owner of the key can permit this with --destroy-credentials ${id}`,
    );
}
