/** Structured logs: in production, each request writes a line of JSON to standard output. */

import { pino, stdTimeFunctions } from 'pino';

const logger = pino({
  base: undefined,
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label.toUpperCase() }) },
});

/**
 * Middleware that writes the log line when the response is complete.
 *
 * @type {import('express').RequestHandler}
 */
export function logRequests(request, response, next) {
  const begin = performance.now();
  response.on('close', () => {
    const { error } = response.locals;
    const line = {
      method: request.method,
      path: request.originalUrl.split('?')[0], // the query parameters may be private
      status: response.statusCode,
      milliseconds: Math.round(performance.now() - begin),
    };
    if (error) logger.error({ ...line, err: error }, 'error');
    else logger.info(line, 'request');
  });
  return next();
}
