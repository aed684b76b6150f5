/** Requests to the API, and what the API offers. */

/** The headers of every request. */
export const headers = {};

/** The API rejected a request, or didn't respond. */
export class ApiError extends Error {
  constructor(status, messages) {
    super(messages.join(', '));
    this.status = status;
    this.messages = messages;
  }
}

/** Send a request, and return the JSON of the response: `await ask('GET', '/articles')`. Throw an ApiError if it fails. */
export async function ask(method, path, body, moreHeaders = {}) {
  const options = { method, headers: { ...headers, ...moreHeaders } };
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/api${path}`, options).catch(() => {
    throw new ApiError(0, ['Unable to connect to the site. Try again in a moment.']);
  });
  const text = await response.text();
  if (response.ok && text === '') return undefined;
  const answer = parsed(text);
  if (!response.ok || answer === undefined) throw new ApiError(response.status, messagesOf(response.status, answer));
  return answer;
}

function messagesOf(status, answer) {
  const errors = Object.entries(answer?.errors ?? {});
  const messages = errors.flatMap(([name, texts]) => texts.map((text) => `${name} ${text}`));
  return messages.length > 0 ? messages : [`The site responds with status ${status}. Try again in a moment.`];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The site grows with each step. FastAPI describes the API in /openapi.json, so the pages show only what works already.

const operations = new Map();
let schemas = {};
export const site = { title: 'Conduit', author: '' };

/** Read the description of the API. */
export async function readDescription() {
  const response = await fetch('/openapi.json').catch(() => null);
  if (!response?.ok) return;
  const { info, paths, components } = await response.json();
  schemas = components?.schemas ?? {};
  site.title = info.title;
  site.author = info.contact?.name ?? '';
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      operations.set(`${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, '*')}`, operation);
    }
  }
}

const find = (endpoint) => operations.get(endpoint.replace(' ', ' /api'));

/** True if the API has this endpoint, for example `offers('GET /tags')`. A `*` is a part that varies. */
export function offers(endpoint, parameter) {
  const operation = find(endpoint);
  if (!operation || !parameter) return Boolean(operation);
  return Boolean(operation.parameters?.some(({ name }) => name === parameter));
}

/** True if the description says that this endpoint needs a token. An empty object means that it is optional. */
export function needsToken(endpoint) {
  const schemes = find(endpoint)?.security ?? [];
  return schemes.length > 0 && schemes.every((scheme) => Object.keys(scheme).length > 0);
}

/** True if a client can send this field, for example `accepts('POST /articles', 'tagList')`. */
export function accepts(endpoint, field) {
  const isIn = (schema, depth) => {
    const name = schema?.$ref?.split('/').pop();
    const properties = (name ? schemas[name] : schema)?.properties ?? {};
    return field in properties || (depth > 0 && Object.values(properties).some((child) => isIn(child, depth - 1)));
  };
  const content = find(endpoint)?.requestBody?.content;
  return isIn(content?.['application/json']?.schema, 1);
}
