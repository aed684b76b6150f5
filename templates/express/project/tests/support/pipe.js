/** A pipe between two processes, which ask each other to do something. Each message is JSON. */

import { AssertionError } from 'node:assert';

/** An error in the other process. Its `cause` is the stack trace from there. */
export class SiteError extends Error {
  name = 'SiteError';
}

/** One end of the pipe. `operations` has a function for each operation that the other process may ask for. */
export class Pipe {
  #process;
  #operations;
  #waiting = new Map();
  #last = 0;

  constructor(process, operations) {
    this.#process = process;
    this.#operations = operations;
    process.on('message', (message) => this.#read(message));
    process.on('disconnect', () => {
      const error = new SiteError('The process of the site has ended.');
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  /** Let the other process do an operation, and return its result. */
  ask(operation, ...words) {
    return new Promise((resolve, reject) => {
      this.#last += 1;
      this.#waiting.set(this.#last, { resolve, reject });
      this.#process.send({ number: this.#last, operation, words });
    });
  }

  async #read({ number, operation, words, result, error }) {
    if (operation) {
      this.#process.send(await this.#answer(number, operation, words));
      return;
    }
    const { resolve, reject } = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (error) reject(errorOf(error));
    else resolve(result);
  }

  async #answer(number, operation, words) {
    try {
      return { number, result: await this.#operations[operation](...words) };
    } catch ({ name, message, stack }) {
      return { number, error: { name, message, stack } };
    }
  }
}

function errorOf({ name, message, stack }) {
  const options = { cause: stack };
  if (name === 'AssertionError') return Object.assign(new AssertionError({ message }), options);
  return new SiteError(`${name}: ${message}`, options);
}
