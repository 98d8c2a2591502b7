/** A target whose server is configured before the cases that need other settings, so that roots, metadata and policies are tested, too. */
import { messageOf, UnavailableError } from '#base/errors.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import type { CeremonySettings } from './ceremony-settings.ts';
import type { ConformanceApi } from './conformance-api/client.ts';
import { type ConfigureServer, type ServerDescription, toDocument } from './server-configuration.ts';
import type { RelyingPartyTarget } from './target.ts';

export interface ConfigurationOptions {
  configure: ConfigureServer;
  /** Root certificates of every attestation in the suite, DER. */
  trustAnchors: readonly Uint8Array[];
}

/** The settings for the first request: the options that the server returns list the algorithms that it supports. */
const openingSettings: CeremonySettings = {
  userVerification: 'preferred',
  attestation: 'optional',
  algorithms: Object.values(coseAlgorithms).map(({ alg }) => alg),
};

/** Disposing it restores the settings of the server. */
export interface ConfiguredTarget extends AsyncDisposable {
  target: RelyingPartyTarget;
}

/**
 * Configures the server, opens it, and returns a target that configures it again when an account needs other settings than are in force.
 * @throws {UnavailableError} if the server cannot be configured.
 */
export async function openConfiguredTarget(
  open: () => Promise<RelyingPartyTarget>,
  { configure, trustAnchors }: ConfigurationOptions,
): Promise<ConfiguredTarget> {
  let inForce: string | undefined;
  let description: ServerDescription | undefined;
  const putInForce = async (settings: CeremonySettings) => {
    const document = toDocument(settings, trustAnchors);
    const text = JSON.stringify(document);
    if (text === inForce) return;
    inForce = undefined; // if it fails, the server may have any settings
    description = (await configure(document)) ?? description;
    inForce = text;
  };
  try {
    await putInForce(openingSettings);
  } catch (cause) {
    throw new UnavailableError(`Cannot configure the server: ${messageOf(cause)}`, { cause });
  }
  const target = await open().catch(async (error: unknown) => {
    await configure(null).catch(() => undefined); // the error is why there is no run
    throw error;
  });
  const { conformanceApi: api } = target;
  const configured: RelyingPartyTarget = {
    ...target,
    conformanceApi: api && withSettings(api, () => putInForce(openingSettings)),
    checksTrust: true,
    formats: description?.formats,
    usesMetadata: true,
    hasPolicy: true,
    async openAccount(settings) {
      await putInForce(settings);
      return target.openAccount(settings);
    },
  };
  return {
    target: configured,
    async [Symbol.asyncDispose]() {
      await configure(null);
    },
  };
}

/** Returns the API with settings that are put in force before each request. */
const withSettings = (api: ConformanceApi, putInForce: () => Promise<void>): ConformanceApi => ({
  ...api,
  openSession() {
    const send = api.openSession();
    return async (request) => {
      await putInForce();
      return send(request);
    };
  },
});
