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
export type PresentAuthenticator = () => Authenticator;

/** Where the authenticator is served, and where the suite finds it. */
export interface PersonaLink extends AsyncDisposable {
  powerCycle(): void;
  open(): Promise<CtapDevice>;
}

export const personaConnections = ['in-process', 'udp', 'tcp', 'vpcd'] as const;
export type PersonaConnection = (typeof personaConnections)[number];

/** @throws {TransportError} `unavailable` if the transport cannot be used on this machine. */
export const openPersonaLink: Record<PersonaConnection, (present: PresentAuthenticator) => Promise<PersonaLink>> = {
  'in-process': async (present) => ({
    powerCycle: () => present().powerCycle(),
    open: async () => plugIn(present()),
    [Symbol.asyncDispose]: async () => undefined,
  }),
  udp: async (present) => linkTo(await serveUdp(backendOf(present), { port: 0 })),
  tcp: async (present) => linkTo(await serveTcp(backendOf(present), { port: 0 })),
  vpcd: openCardLink,
};

/** A card in a virtual reader of this process. */
async function openCardLink(present: PresentAuthenticator): Promise<PersonaLink> {
  const reader = await VirtualReader.listen({ host: '127.0.0.1', port: 0 });
  const served = await serveVpcd(backendOf(present), { port: reader.port });
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

function backendOf(present: PresentAuthenticator): AuthenticatorBackend {
  const { processU2f, sendsKeepalives, alterPackets } = present();
  return {
    process: (message, options) => present().process(message, options),
    processU2f: processU2f && ((apdu, options) => present().processU2f?.(apdu, options) ?? processU2f(apdu, options)),
    powerCycle: () => present().powerCycle(),
    sendsKeepalives,
    alterPackets,
  };
}
