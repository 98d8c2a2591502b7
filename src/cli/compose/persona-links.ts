/** How the conformance suite reaches an emulated authenticator that stays the same during a run: in this process or behind a transport. */
import {
  type Authenticator,
  type AuthenticatorBackend,
  plugIn,
  type SocketKey,
  serveTcp,
  serveUdp,
  serveVpcd,
} from '#emulator';
import type { CtapDevice } from '#transport/device.ts';
import { openDevice } from '#transport/registry.ts';
import { openSmartCard } from '#transport/smart-card-channel.ts';
import { VirtualReader } from '#transport/vpcd.ts';

/** The authenticator as it is now: after `setUpVerification` another one answers. */
export type CurrentAuthenticator = () => Authenticator;

/** Where the authenticator is served, and where the suite finds it. */
export interface PersonaLink extends AsyncDisposable {
  powerCycle(): void;
  open(): Promise<CtapDevice>;
}

export const personaConnections = ['in-process', 'udp', 'tcp', 'vpcd'] as const;
export type PersonaConnection = (typeof personaConnections)[number];

/** @throws {TransportError} `unavailable` if the transport cannot be used on this machine. */
export const openPersonaLink: Record<PersonaConnection, (current: CurrentAuthenticator) => Promise<PersonaLink>> = {
  'in-process': async (current) => ({
    powerCycle: () => current().powerCycle(),
    open: async () => plugIn(current()),
    [Symbol.asyncDispose]: async () => undefined,
  }),
  udp: async (current) => linkTo(await serveUdp(backendOf(current), { port: 0 })),
  tcp: async (current) => linkTo(await serveTcp(backendOf(current), { port: 0 })),
  vpcd: openCardLink,
};

/** A card in a virtual reader of this process. */
async function openCardLink(current: CurrentAuthenticator): Promise<PersonaLink> {
  const reader = await VirtualReader.listen({ host: '127.0.0.1', port: 0 });
  const served = await serveVpcd(backendOf(current), { port: reader.port });
  return {
    powerCycle: () => served.powerCycle(),
    open: async () => openSmartCard(await reader.waitForCard()),
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
    },
  };
}

const linkTo = (served: SocketKey, address = served.name): PersonaLink => ({
  powerCycle: () => served.powerCycle(),
  open: () => openDevice(address),
  [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
});

function backendOf(current: CurrentAuthenticator): AuthenticatorBackend {
  const { processU2f, sendsKeepalives, alterPackets } = current();
  return {
    process: (message, options) => current().process(message, options),
    processU2f: processU2f && ((apdu, options) => current().processU2f?.(apdu, options) ?? processU2f(apdu, options)),
    powerCycle: () => current().powerCycle(),
    sendsKeepalives,
    alterPackets,
  };
}
