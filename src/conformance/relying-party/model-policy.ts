/** The policy about models of a case, with the model of the emulator in it. */
import { formatAaguid } from '#base/bytes.ts';
import type { ModelPolicy } from './ceremony-settings.ts';
import type { SuiteEmulator } from './emulator-port.ts';

/** Returns the policy with the AAGUID of the emulator in place of `own`. */
export function withOwnModel({ allowed, denied, synced }: ModelPolicy, { aaguid }: SuiteEmulator): ModelPolicy {
  const replace = (models: readonly string[]) =>
    models.map((model) => (model === 'own' ? formatAaguid(aaguid) : model));
  return {
    ...(allowed && { allowed: replace(allowed) }),
    ...(denied && { denied: replace(denied) }),
    ...(synced && { synced }),
  };
}
