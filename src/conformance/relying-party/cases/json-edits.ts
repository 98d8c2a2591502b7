/** Changes of the JSON of a credential and of its client data. */
import type { Change, ClientDataMembers, CredentialJson } from '../relying-party-case.ts';

/** Sets a member of the credential. */
export const setEnvelope = (name: string, value: unknown): Change => ({
  envelope: (json) => ({ ...json, [name]: value }),
});

/** Deletes a member of the credential. */
export const deleteEnvelope = (name: string): Change => ({ envelope: (json) => without(json, name) });

/** Changes a text of the credential. */
export const editEnvelope = (name: string, change: (text: string) => unknown): Change => ({
  envelope: (json) => ({ ...json, [name]: change(String(json[name])) }),
});

/** Sets a member of `response`. */
export const setResponse = (name: string, value: unknown): Change => ({
  envelope: (json) => ({ ...json, response: { ...json.response, [name]: value } }),
});

/** Deletes a member of `response`. */
export const deleteResponse = (name: string): Change => ({
  envelope: (json) => ({ ...json, response: without(json.response, name) }),
});

/** Changes a text of `response`. */
export const editResponse = (name: string, change: (text: string) => unknown): Change => ({
  envelope: (json) => ({ ...json, response: { ...json.response, [name]: change(String(json.response[name])) } }),
});

const without = <T extends Record<string, unknown> | CredentialJson>(members: T, name: string): Partial<T> =>
  Object.fromEntries(Object.entries(members).filter(([key]) => key !== name)) as Partial<T>;

/** Sets a member of the client data. */
export const setClientData = (name: string, value: unknown): Change => ({
  clientData: (members) => ({ ...members, [name]: value }),
});

/** Deletes a member of the client data. */
export const deleteClientData = (name: string): Change => ({
  clientData: (members) => without(members, name) as ClientDataMembers,
});

/** Changes a text member of the client data. */
export const editClientData = (name: string, change: (text: string) => unknown): Change => ({
  clientData: (members) => ({ ...members, [name]: change(String(members[name])) }),
});

/** Changes the JSON text of the client data. */
export const editClientDataText = (change: (text: string) => string): Change => ({
  clientDataBytes: (bytes) => new TextEncoder().encode(change(new TextDecoder().decode(bytes))),
});
