/** Errors: what the API sends if a request fails, for example {"errors": {"title": ["can't be blank"]}}. */

/** Throw this error in any handler. Express passes it to `errorHandler`. */
export class HttpError extends Error {
  /**
   * @param {number} status
   * @param {Record<string, string[] | undefined>} errors
   */
  constructor(status, errors) {
    super(`${status} ${JSON.stringify(errors)}`);
    this.status = status;
    this.errors = errors;
  }
}

/** @param {string} name what doesn't exist, for example "article" */
export function notFound(name) {
  return new HttpError(404, { [name]: ['not found'] });
}

/**
 * The last middleware. Express knows by the four parameters that it handles errors.
 *
 * @type {import('express').ErrorRequestHandler}
 */
export function errorHandler(error, request, response, next) {
  if (response.headersSent) return next(error);
  const { status, errors } = error instanceof HttpError ? error : fromOtherError(error);
  if (status >= 500) {
    response.locals.error = error; // for the log line
    if (!request.app.locals.settings.production) console.error(error);
  }
  response.status(status).json({ errors });
}

/** The response to an error of Express, or to a bug. */
function fromOtherError(error) {
  if (error.type === 'entity.parse.failed') return new HttpError(422, { body: ["isn't JSON"] });
  if (error.status === 413) return new HttpError(413, { body: ['is too large'] });
  if (error.status >= 400 && error.status < 500) {
    return new HttpError(error.status, { request: ["can't be read"] });
  }
  return new HttpError(500, { server: ['had a problem'] });
}
