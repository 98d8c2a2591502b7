/** What the scripts of the pages share: elements, messages, and requests. */

/** Returns the element with this id. */
export const find = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

export function show(messages: { success?: string; error?: string }): void {
  for (const [id, text] of Object.entries(messages)) find(id).textContent = text;
}

export const getJson = async (path: string) => (await fetch(path)).json();

export async function postJson(path: string, body: unknown) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}
