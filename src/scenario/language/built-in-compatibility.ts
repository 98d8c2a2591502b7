/**
 * Decides what a case can do with `browser.stack: built-in`. The virtual authenticator of a browser acts at once: it asks for no touch and
 * no PIN, it has no dialog, and it is no model of a real key. A case that needs one of these is left out with the reason; a step that only
 * answers such a question is left out of the case.
 */
import type { ExpandedCase, StepCall } from './expanded-case.ts';

/** Returns why a case cannot run with the virtual authenticator of the browser; undefined if it can. */
export function findBuiltInBlockingReason(scenario: ExpandedCase): string | undefined {
  if (scenario.browser.stack !== 'built-in') return undefined;
  const { setup, steps, teardown } = scenario;
  return (
    findKeyBlockingReason(scenario) ??
    findPolicyBlockingReason(scenario) ??
    [...setup, ...steps, ...teardown]
      .map((call) => findStepBlockingReason(call, scenario))
      .find((reason) => reason !== undefined)
  );
}

/** Settings of a key that the virtual authenticator does not have. */
const keySettings = [
  'device',
  'transport',
  'connected',
  'fmt',
  'algorithms',
  'storage',
  'fingerprints',
  'defects',
] as const;

function findKeyBlockingReason({ authenticator, client }: ExpandedCase): string | undefined {
  const setting = keySettings.find((name) => authenticator[name] !== undefined);
  if (setting !== undefined) return `the virtual authenticator has no setting ${setting}`;
  const { pin } = authenticator;
  if (pin === 'blocked' || (typeof pin === 'object' && pin.retries !== undefined))
    return 'the virtual authenticator has no PIN that could be blocked';
  return client.checks === 'none' ? 'the browser always checks the responses of its authenticator' : undefined;
}

function findPolicyBlockingReason({ relyingParty: policy }: ExpandedCase): string | undefined {
  const { attestation, aaguids, algorithms } = policy;
  if (attestation === 'enforced') return 'the attestation of the virtual authenticator has no trusted root certificate';
  if (aaguids?.mode !== undefined) return 'the virtual authenticator is none of the models of relying-party.aaguids';
  if (policy['passkey-autofill'] || policy['passkey-upgrade'])
    return 'the virtual authenticator answers a conditional request at once';
  return algorithms !== undefined && !algorithms.includes('ES256')
    ? 'the virtual authenticator supports only the algorithm ES256'
    : undefined;
}

const noDialog = 'the virtual authenticator has no dialog';

/** Steps that are impossible with the virtual authenticator. */
const impossible: Partial<Record<StepCall['keyword'], string>> = {
  'abort-page': 'the virtual authenticator ends every ceremony before the page can abort it',
  'dialog-asks': noDialog,
  'cancel-dialog': noDialog,
  'choose-account': noDialog,
  'dismiss-autofill': noDialog,
  'connect-key': 'the virtual authenticator cannot be plugged in',
  'unplug-key': 'the virtual authenticator cannot be unplugged',
  'replug-key': 'the virtual authenticator cannot be unplugged',
  'power-cycle': 'the virtual authenticator has no power that could be interrupted',
  'change-pin': 'the virtual authenticator has no PIN',
  'close-tab': 'the virtual authenticator belongs to one tab',
};

function findStepBlockingReason(call: StepCall, scenario: ExpandedCase): string | undefined {
  const reason = impossible[call.keyword] ?? findArgumentBlockingReason(call, scenario);
  return reason === undefined ? undefined : `${reason} (step ${call.keyword})`;
}

function findArgumentBlockingReason(call: StepCall, { authenticator }: ExpandedCase): string | undefined {
  switch (call.keyword) {
    case 'save-to':
      return call.args === 'phone' ? 'the virtual authenticator is no phone' : undefined;
    case 'review':
      return call.args === 'ok' ? undefined : noDialog;
    case 'touch': {
      const isPlain = typeof call.args !== 'string' && (call.args?.times ?? 1) === 1;
      return isPlain ? undefined : 'the virtual authenticator acts at once, without a touch';
    }
    case 'create-pin':
      return typeof call.args === 'string' ? undefined : 'the virtual authenticator has no PIN to mistype';
    case 'enter-pin': {
      const isRight = typeof authenticator.pin === 'object' && call.args === authenticator.pin.set;
      return isRight ? undefined : 'the virtual authenticator has no PIN to mistype';
    }
    default:
      return undefined;
  }
}

/** Steps that answer a question which the virtual authenticator does not ask. */
const unasked: Partial<Record<StepCall['keyword'], string>> = {
  'save-to': 'The virtual authenticator of the browser has no dialog that asks where to save the passkey',
  'create-pin': 'The virtual authenticator of the browser asks for no PIN',
  'enter-pin': 'The virtual authenticator of the browser asks for no PIN',
  touch: 'The virtual authenticator of the browser needs no touch',
  review: 'The browser does not ask for a review',
};

/** Returns why a step is left out of a case that runs with the virtual authenticator; undefined if it is not. */
export const whyLeftOut = ({ keyword }: StepCall): string | undefined => unasked[keyword];

/** Returns whether the case saves the passkey on this device: the virtual authenticator is then the one of the computer. */
export const savesToThisDevice = ({ setup, steps }: Pick<ExpandedCase, 'setup' | 'steps'>): boolean =>
  [...setup, ...steps].find(({ keyword }) => keyword === 'save-to')?.args === 'this-device';
