/**
 * The browser's end of the bridge: hands every WebAuthn request of one browser context to Node and the answer back.
 *
 * It decides nothing. `connect` is called by `bridge.ts` with the address of a socket that was opened for this context alone.
 * A request can never stay pending: without a socket, or when Chromium refuses an answer, it is completed with an error.
 */

/**
 * @typedef {{ requestId: number, requestDetailsJson?: string }} ProxyRequest
 * @typedef {{ requestId: number, responseJson?: string, isUvpaa?: boolean, error?: { name: string, message: string } }} ProxyAnswer
 * @typedef {{ addListener(listener: (argument: any) => void): void }} ProxyEvent
 * @typedef {'create' | 'get' | 'is-uvpaa'} Ceremony
 */

/**
 * @type {{
 *   attach(): Promise<string | undefined>, detach(): Promise<string | undefined>,
 *   onCreateRequest: ProxyEvent, onGetRequest: ProxyEvent, onIsUvpaaRequest: ProxyEvent, onRequestCanceled: ProxyEvent,
 *   completeCreateRequest(answer: ProxyAnswer): Promise<void>, completeGetRequest(answer: ProxyAnswer): Promise<void>,
 *   completeIsUvpaaRequest(answer: ProxyAnswer): Promise<void>,
 * }}
 */
const proxy = /** @type {any} */ (globalThis).chrome.webAuthenticationProxy;

/** @type {Map<number, Ceremony>} */
const pending = new Map();

/** @type {WebSocket | undefined} */
let socket;

/** @type {Record<Ceremony, (answer: ProxyAnswer) => Promise<void>>} */
const complete = {
  create: (answer) => proxy.completeCreateRequest(answer),
  get: (answer) => proxy.completeGetRequest(answer),
  'is-uvpaa': (answer) => proxy.completeIsUvpaaRequest(answer),
};

/** @param {Ceremony} ceremony @param {number} requestId */
const failure = (ceremony, requestId) =>
  ceremony === 'is-uvpaa'
    ? { requestId, isUvpaa: false }
    : { requestId, error: { name: 'UnknownError', message: 'The request could not be completed.' } };

/** @param {ProxyAnswer} answer */
async function answerRequest(answer) {
  const ceremony = pending.get(answer.requestId);
  if (ceremony === undefined) return; // canceled meanwhile
  pending.delete(answer.requestId);
  try {
    await complete[ceremony](answer);
  } catch (refusal) {
    socket?.send(JSON.stringify({ type: 'refused', ceremony, message: String(refusal) }));
    await complete[ceremony](failure(ceremony, answer.requestId)).catch(() => {}); // nobody is left to tell
  }
}

/** @param {Ceremony} ceremony @returns {(request: ProxyRequest) => void} */
const forward = (ceremony) => (request) => {
  pending.set(request.requestId, ceremony);
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'request', ceremony, ...request }));
  else answerRequest(failure(ceremony, request.requestId));
};

proxy.onCreateRequest.addListener(forward('create'));
proxy.onGetRequest.addListener(forward('get'));
proxy.onIsUvpaaRequest.addListener(forward('is-uvpaa'));
proxy.onRequestCanceled.addListener((/** @type {number} */ requestId) => {
  if (pending.delete(requestId)) socket?.send(JSON.stringify({ type: 'canceled', requestId }));
});

function disconnected() {
  socket = undefined;
  for (const [requestId, ceremony] of pending) answerRequest(failure(ceremony, requestId));
  proxy.detach();
}

/**
 * Opens the socket, then takes over WebAuthn in this context. Resolves when the next request will arrive at Node.
 * @param {string} url
 */
async function connect(url) {
  const opening = new WebSocket(url);
  await new Promise((resolve, reject) => {
    opening.onopen = resolve;
    opening.onerror = () => reject(new Error('the bridge refused the connection'));
  });
  opening.onmessage = ({ data }) => answerRequest(JSON.parse(data));
  opening.onclose = disconnected;
  socket = opening;
  const problem = await proxy.attach();
  if (problem) throw new Error(problem);
}
Object.assign(globalThis, { connect });
