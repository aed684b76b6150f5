/** Requests to the API. */

/** Headers of each request. */
export const headers = {};

/** The API rejected a request, or didn't respond. `messages` contains the reasons. */
export class ApiError extends Error {
  constructor(status, messages) {
    super(messages.join(', '));
    this.status = status;
    this.messages = messages;
  }
}

/**
 * Send a request and return the JSON of the response: `await ask('GET', '/articles')`. If the request fails, throw an
 * ApiError. Use `encodeURIComponent` for parts of the path that may contain any character.
 */
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
  if (!response.ok || answer === undefined)
    throw new ApiError(response.status, messagesOf(response, answer ?? {}));
  return answer;
}

function messagesOf(response, { errors }) {
  if (errors === undefined)
    return [`The site responded with status ${response.status}. Try again in a moment.`];
  return Object.entries(errors).flatMap(([name, messages]) =>
    messages.map((message) => `${name} ${message}`),
  );
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
