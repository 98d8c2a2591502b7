/**
 * The extension of the bridge: sends every WebAuthn request of one browser context to Node, and the response back to the page.
 *
 * `attached-contexts.ts` calls `connect` with the URL of a socket for this context only, and `detach`. No request stays pending:
 * without a socket, or when Chromium refuses a response, it is completed with an error.
 */

/**
 * @typedef {{ requestId: number, requestDetailsJson?: string }} ProxyRequest
 * @typedef {{ requestId: number, responseJson?: string, isUvpaa?: boolean, error?: { name: string, message: string } }} ProxyResponse
 * @typedef {{ addListener(listener: (argument: any) => void): void }} ProxyEvent
 * @typedef {'create' | 'get' | 'is-uvpaa'} Ceremony
 */

/**
 * @type {{
 *   attach(): Promise<string | undefined>, detach(): Promise<string | undefined>,
 *   onCreateRequest: ProxyEvent, onGetRequest: ProxyEvent, onIsUvpaaRequest: ProxyEvent, onRequestCanceled: ProxyEvent,
 *   completeCreateRequest(response: ProxyResponse): Promise<void>, completeGetRequest(response: ProxyResponse): Promise<void>,
 *   completeIsUvpaaRequest(response: ProxyResponse): Promise<void>,
 * }}
 */
const proxy = /** @type {any} */ (globalThis).chrome.webAuthenticationProxy;

/** @type {Map<number, Ceremony>} */
const pending = new Map();

/** @type {WebSocket | undefined} */
let socket;

/** @type {Record<Ceremony, (response: ProxyResponse) => Promise<void>>} */
const complete = {
  create: (response) => proxy.completeCreateRequest(response),
  get: (response) => proxy.completeGetRequest(response),
  'is-uvpaa': (response) => proxy.completeIsUvpaaRequest(response),
};

/** @param {Ceremony} ceremony @param {number} requestId */
const failure = (ceremony, requestId) =>
  ceremony === 'is-uvpaa'
    ? { requestId, isUvpaa: false }
    : { requestId, error: { name: 'UnknownError', message: 'The request could not be completed.' } };

/** @param {ProxyResponse} response */
async function completeRequest(response) {
  const ceremony = pending.get(response.requestId);
  if (ceremony === undefined) return; // cancelled by the page
  pending.delete(response.requestId);
  try {
    await complete[ceremony](response);
  } catch (error) {
    socket?.send(JSON.stringify({ type: 'refused', ceremony, message: String(error) }));
    await complete[ceremony](failure(ceremony, response.requestId)).catch(() => {}); // the page is gone
  }
}

/** @param {Ceremony} ceremony @returns {(request: ProxyRequest) => void} */
const forward = (ceremony) => (request) => {
  pending.set(request.requestId, ceremony);
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'request', ceremony, ...request }));
  else completeRequest(failure(ceremony, request.requestId));
};

proxy.onCreateRequest.addListener(forward('create'));
proxy.onGetRequest.addListener(forward('get'));
proxy.onIsUvpaaRequest.addListener(forward('is-uvpaa'));
proxy.onRequestCanceled.addListener((/** @type {number} */ requestId) => {
  if (pending.delete(requestId)) socket?.send(JSON.stringify({ type: 'canceled', requestId }));
});

function onDisconnect() {
  socket = undefined;
  for (const [requestId, ceremony] of pending) completeRequest(failure(ceremony, requestId));
}

/**
 * Opens the socket and attaches to WebAuthn in this context. Requests after this resolves are sent to Node.
 * @param {string} url
 */
async function connect(url) {
  const opening = new WebSocket(url);
  await new Promise((resolve, reject) => {
    opening.onopen = resolve;
    opening.onerror = () => reject(new Error('Cannot connect to the bridge'));
  });
  opening.onmessage = ({ data }) => completeRequest(JSON.parse(data));
  opening.onclose = onDisconnect;
  socket = opening;
  const problem = await proxy.attach();
  if (problem) throw new Error(problem);
}

/** Fails what is pending and detaches from WebAuthn. Chromium then handles the requests of all contexts again. */
async function detach() {
  socket?.close();
  onDisconnect();
  await proxy.detach();
}
Object.assign(globalThis, { connect, detach });
