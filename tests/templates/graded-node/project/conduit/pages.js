/** The pages. */

export function pageAt(address) {
  if (address === '/') return [200, 'Hello'];
  return [404, `There is nothing at ${address}.`];
}
