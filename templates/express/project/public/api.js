/** Asking the API. */

/** What is sent along with each question. */
export const headers = {};

/** The API said no, or did not answer; `messages` tell it in words. */
export class ApiError extends Error {
  constructor(status, messages) {
    super(messages.join(', '));
    this.status = status;
    this.messages = messages;
  }
}

/**
 * What the API answers: `await ask('GET', '/articles')`. Throws an ApiError where it refuses or is away.
 * Parts of an address that may hold any sign belong into `encodeURIComponent`.
 */
export async function ask(method, address, body, moreHeaders = {}) {
  const options = { method, headers: { ...headers, ...moreHeaders } };
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  const response = await fetch(`/api${address}`, options).catch(() => {
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
    return [`The site answers with status ${response.status}. Try again in a moment.`];
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
