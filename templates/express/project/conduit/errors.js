/** What the API answers when it cannot do what it was asked: {"errors": {"title": ["can't be blank"]}}. */

/** Throw one, anywhere on the way to an answer: Express hands it to `answerErrors`. */
export class Refusal extends Error {
  constructor(status, errors) {
    super(`${status} ${JSON.stringify(errors)}`);
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(what) {
  return new Refusal(404, { [what]: ['not found'] });
}

export function invalid(errors) {
  return new Refusal(422, errors);
}

/** The last stop of every request that went wrong. Express knows it by its four parameters. */
export function answerErrors(error, request, response, next) {
  if (response.headersSent) return next(error);
  const refusal = error instanceof Refusal ? error : refusalOf(error);
  if (refusal.status >= 500) console.error(error);
  return response.status(refusal.status).json({ errors: refusal.errors });
}

function refusalOf(error) {
  if (error.type === 'entity.parse.failed') return invalid({ body: ['is not valid JSON'] });
  if (error.type === 'entity.too.large') return new Refusal(413, { body: ['is too large'] });
  if (error.status >= 400 && error.status < 500) {
    return new Refusal(error.status, { request: ['cannot be read'] });
  }
  return new Refusal(500, { server: ['something went wrong'] });
}
